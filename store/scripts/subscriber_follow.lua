-- Applies a follow or an unfollow when it is the latest by event time.
-- KEYS: next ordinal, addresses, long addresses, times, floors, id bucket, bitmap of followers
-- ARGV: keyed hash, slot, long address ('' = none), rank, 1 follow or 0 unfollow
-- Answer: 1 applied, 0 an event as late or later was applied before, or the address was erased later.
-- The rank is event time (ms) x 2, plus 1 for an unfollow: every order of arrival ends in the same state, and at the same
-- millisecond the unfollow wins. An address that is not known gets its slot also by an unfollow, so that a follow that is
-- older and comes later does not count.
-- uses: slots
local rank = tonumber(ARGV[4])
local ordinal = slot_for(KEYS[6], ARGV[1], ARGV[2], ARGV[3], math.floor(rank / 2))
if not ordinal or follow_rank(ordinal) >= rank then return 0 end
set_follow_rank(ordinal, rank)
if ARGV[5] == '1' or redis.call('GETBIT', KEYS[7], ordinal) == 1 then set_bit(KEYS[7], ordinal, tonumber(ARGV[5])) end
return 1
