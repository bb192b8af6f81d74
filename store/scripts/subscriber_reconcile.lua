-- Compares follow state with the platform's list of followers, one night.
-- KEYS: next ordinal, addresses, long addresses, times, floors, bitmap of followers, absences
-- ARGV: when the run began (ms), the night's name, nights after which an absent one has left, then pairs: ordinal, 1 on the
--       list or 0 not
-- Answer: how many were found (again), are absent for the first time or still, have left.
-- Only who had no follow or unfollow since the run began is touched. A night counts once, however often it is run.
-- uses: slots
local start, night, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local found, absent, gone = 0, 0, 0
for i = 4, #ARGV, 2 do
  local ordinal, present = tonumber(ARGV[i]), ARGV[i + 1] == '1'
  local follows = redis.call('GETBIT', KEYS[6], ordinal) == 1
  if not is_used(ordinal) or follow_rank(ordinal) >= start * 2 then
    redis.call('HDEL', KEYS[7], ordinal)
  elseif present then
    redis.call('HDEL', KEYS[7], ordinal)
    if not follows then
      set_follow_rank(ordinal, start * 2)
      set_bit(KEYS[6], ordinal, 1)
      found = found + 1
    end
  elseif follows then
    local nights, last = string.match(redis.call('HGET', KEYS[7], ordinal) or '', '^(%d+) (.*)$')
    nights = tonumber(nights or 0)
    if last ~= night then nights = nights + 1 end
    if nights >= limit then
      set_follow_rank(ordinal, start * 2 + 1)
      set_bit(KEYS[6], ordinal, 0)
      redis.call('HDEL', KEYS[7], ordinal)
      gone = gone + 1
    else
      redis.call('HSET', KEYS[7], ordinal, nights .. ' ' .. night)
      absent = absent + 1
    end
  end
end
return {found, absent, gone}
