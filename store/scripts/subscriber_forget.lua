-- Takes the settings of someone who left long ago.
-- KEYS: next ordinal, addresses, long addresses, times, floors, bitmap of followers, ranks of the subscriber, then every bitmap
--       of settings
-- ARGV: ordinal, the time (ms) before which they must have left and changed nothing since
-- Answer: 1 taken, 0 they follow, left later or changed something later.
-- uses: slots
local ordinal, before = tonumber(ARGV[1]), tonumber(ARGV[2])
local rank = follow_rank(ordinal)
if redis.call('GETBIT', KEYS[6], ordinal) == 1 or rank == 0 or rank / 2 >= before then return 0 end
for _, stored in ipairs(redis.call('HVALS', KEYS[7])) do
  if tonumber(stored) / 1024 >= before then return 0 end
end
for i = 8, #KEYS do
  if redis.call('GETBIT', KEYS[i], ordinal) == 1 then redis.call('SETBIT', KEYS[i], ordinal, 0) end
end
redis.call('DEL', KEYS[7])
raise_floor(KEYS[5], ordinal, before)
return 1
