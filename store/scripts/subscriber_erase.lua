-- Erases a subscriber's slot, bits, ranks and times; bitmaps of settings that are empty then go. The id bucket keeps when.
-- KEYS: next ordinal, addresses, long addresses, times, floors, id bucket, names of bitmaps, ranks of the subscriber, absences,
--       then keys to delete, then the bitmap of followers and every bitmap of settings
-- ARGV: keyed hash, ordinal, time (ms), how many keys to delete
-- Answer: the time (ms) it counts from: the one given or, when something later was applied before, that; -1 there is no such
--         subscriber, -2 the bitmaps are others than were named: read the names again.
-- uses: slots
local ordinal = tonumber(ARGV[2])
local entry = redis.call('HGET', KEYS[6], ARGV[1])
if not entry then return -1 end
local erased = string.match(entry, '^x(%d+)$')
if erased then return tonumber(erased) end
if entry ~= ARGV[2] then return -1 end
local first_bitmap = 10 + tonumber(ARGV[4])
if redis.call('SCARD', KEYS[7]) ~= #KEYS - first_bitmap then return -2 end
for i = first_bitmap + 1, #KEYS do
  if redis.call('SISMEMBER', KEYS[7], name_of(KEYS[i])) == 0 then return -2 end
end
local at = math.max(tonumber(ARGV[3]), math.floor(follow_rank(ordinal) / 2), floor_of(KEYS[5], ordinal))
for _, rank in ipairs(redis.call('HVALS', KEYS[8])) do at = math.max(at, math.floor(tonumber(rank) / 1024)) end
for i = first_bitmap, #KEYS do
  if redis.call('GETBIT', KEYS[i], ordinal) == 1 then redis.call('SETBIT', KEYS[i], ordinal, 0) end
  -- That a value was ever chosen would be an answer too, where nobody else has chosen it.
  if i > first_bitmap and redis.call('BITCOUNT', KEYS[i]) == 0 then
    redis.call('DEL', KEYS[i])
    redis.call('SREM', KEYS[7], name_of(KEYS[i]))
  end
end
redis.call('SETRANGE', KEYS[2], ordinal * 17, string.rep('\0', 17))
redis.call('HDEL', KEYS[3], ordinal)
if follow_rank(ordinal) > 0 then redis.call('SETRANGE', KEYS[4], ordinal * 8, string.rep('\0', 8)) end
if floor_of(KEYS[5], ordinal) > 0 then redis.call('SETRANGE', KEYS[5], ordinal * 6, string.rep('\0', 6)) end
redis.call('HDEL', KEYS[9], ordinal)
redis.call('DEL', KEYS[8])
for i = 10, first_bitmap - 1 do redis.call('DEL', KEYS[i]) end
redis.call('HSET', KEYS[6], ARGV[1], string.format('x%.0f', at))
return at
