-- Queues a notice for staff, once for its id.
-- KEYS: queue, seen
-- ARGV: id, notice, now (ms), forget ids made before (ms)
-- Answer: 1 queued, 0 it was queued before.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[4])
if redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
