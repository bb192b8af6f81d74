-- Puts a dead event back at the end of the inbox. Deduplication is not asked: the event was taken in before.
-- KEYS: dead, inbox, counters
-- ARGV: position in dead
-- Answer: 1 done, 0 there is no such entry.
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then return 0 end
local f = found[1][2]
local event = {}
for i = 7, #f do event[#event + 1] = f[i] end  -- past p, why, at
redis.call('XADD', KEYS[2], '*', unpack(event))
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'rerun', 1)
return 1
