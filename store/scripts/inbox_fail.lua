-- Counts a failure of an event; at the limit moves it to dead.
-- KEYS: lease, inbox, fails, dead, counters
-- ARGV: epoch, position, reason, limit, now (ms), oldest dead entry to keep (ms)
-- Answer: 1 it is dead, 0 it stays (or was committed meanwhile), -1 old epoch.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local found = redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2])
if #found == 0 then
  -- A repeat after a lost answer: the event moved lately, or it never was here.
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 100)) do
    if entry[2][2] == ARGV[2] then return 1 end
  end
  return 0
end
if redis.call('HINCRBY', KEYS[3], ARGV[2], 1) < tonumber(ARGV[4]) then return 0 end
redis.call('XADD', KEYS[4], '*', 'p', ARGV[2], 'why', ARGV[3], 'at', ARGV[5], unpack(found[1][2]))
redis.call('XDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('HINCRBY', KEYS[5], 'dead', 1)
local forgotten = redis.call('XTRIM', KEYS[4], 'MINID', ARGV[6])
if forgotten > 0 then redis.call('HINCRBY', KEYS[5], 'dead_forgotten', forgotten) end
return 1
