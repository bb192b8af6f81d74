-- Takes events in, each once.
-- KEYS: inbox, seen of the day, seen of the day before, seen of the day after
-- ARGV: seconds to keep the day's set, then for each event: id, channel, received (ms), body
-- Answer: for each event 1 (new) or 0 (known).
-- The day after is looked up too, because processes and a clock that was set back may disagree about midnight.
local inbox, today = KEYS[1], KEYS[2]
local answer = {}
local added = false
for i = 2, #ARGV, 4 do
  local id = ARGV[i]
  if redis.call('SISMEMBER', KEYS[3], id) == 1 or redis.call('SISMEMBER', KEYS[4], id) == 1
      or redis.call('SADD', today, id) == 0 then
    answer[#answer + 1] = 0
  else
    redis.call('XADD', inbox, '*', 'i', id, 'c', ARGV[i + 1], 't', ARGV[i + 2], 'b', ARGV[i + 3])
    answer[#answer + 1] = 1
    added = true
  end
end
if added then redis.call('EXPIRE', today, ARGV[1], 'NX') end
return answer
