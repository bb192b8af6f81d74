-- The ordinal of an address, made when it has none.
-- KEYS: next ordinal, addresses, id bucket, long addresses
-- ARGV: keyed hash of the address, its slot of 17 bytes, the address when it does not fit into a slot ('' = it fits)
-- Answer: the ordinal.
local known = redis.call('HGET', KEYS[3], ARGV[1])
if known then return tonumber(known) end
local ordinal = redis.call('INCR', KEYS[1]) - 1
redis.call('HSET', KEYS[3], ARGV[1], ordinal)
redis.call('SETRANGE', KEYS[2], ordinal * 17, ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[4], ordinal, ARGV[3]) end
return ordinal
