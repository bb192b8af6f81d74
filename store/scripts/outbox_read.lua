-- All replies that are not finished.
-- KEYS: lease, outbox
-- ARGV: epoch
-- Answer: position, stage byte + body, ...; -1 old epoch.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
return redis.call('HGETALL', KEYS[2])
