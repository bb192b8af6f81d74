-- Takes a reply off and counts its outcome, once.
-- KEYS: lease, outbox, counters
-- ARGV: epoch, position, outcome
-- Answer: 1 done, 0 was done before, -1 old epoch.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
if redis.call('HDEL', KEYS[2], ARGV[2]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[3], ARGV[3], 1)
return 1
