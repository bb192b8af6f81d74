-- The ordinal of an address, made when it has none.
-- KEYS: next ordinal, addresses, long addresses, times, floors, id bucket
-- ARGV: keyed hash of the address, its slot of 17 bytes, the address when it does not fit into a slot ('' = it fits),
--       time (ms) of the event that asks
-- Answer: the ordinal, or -1 when the address was erased at that time or later.
-- uses: slots
return (slot_for(KEYS[6], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))) or -1
