-- Applies a follow or an unfollow when it is the latest by event time.
-- KEYS: next ordinal, addresses, id bucket, long addresses, times, bitmap of followers
-- ARGV: keyed hash, slot, long address ('' = none), rank, 1 follow or 0 unfollow
-- Answer: 1 applied, 0 an event as late or later was applied before.
-- The rank is event time (ms) x 2, plus 1 for an unfollow: every order of arrival ends in the same state, and at the same
-- millisecond the unfollow wins. An address that is not known gets its slot also by an unfollow, so that a follow that is
-- older and comes later does not count.
local ordinal = redis.call('HGET', KEYS[3], ARGV[1])
if not ordinal then
  ordinal = redis.call('INCR', KEYS[1]) - 1
  redis.call('HSET', KEYS[3], ARGV[1], ordinal)
  redis.call('SETRANGE', KEYS[2], ordinal * 17, ARGV[2])
  if ARGV[3] ~= '' then redis.call('HSET', KEYS[4], ordinal, ARGV[3]) end
else
  ordinal = tonumber(ordinal)
end
local stored = redis.call('GETRANGE', KEYS[5], ordinal * 8, ordinal * 8 + 7)
local rank = tonumber(ARGV[4])
if #stored == 8 and struct.unpack('>I8', stored) >= rank then return 0 end
redis.call('SETRANGE', KEYS[5], ordinal * 8, struct.pack('>I8', rank))
redis.call('SETBIT', KEYS[6], ordinal, ARGV[5])
return 1
