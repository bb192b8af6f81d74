-- Applies settings, each bit only when nothing later was applied to it.
-- KEYS: addresses, ranks of the subscriber, floors, names of bitmaps, then bitmaps
-- ARGV: ordinal, seconds to keep ranks, number of changes, then
--       for each change: field of its rank (attribute:value), bitmap of the value, bitmap of having left it (0 = none), rank,
--       1 on or 0 off                                    (bitmaps are numbers of KEYS)
--       for each attribute: bitmap of having chosen anything, number of its values, their bitmaps
-- Answer: how many values changed, or -1 when the slot is erased.
-- Every value is a register whose last writer wins by rank, so that every order of arrival, also with repeats, ends in the
-- same state. A bitmap is never made by writing a 0, and its name is noted when it is made.
-- uses: slots
local ordinal = tonumber(ARGV[1])
local first = redis.call('GETRANGE', KEYS[1], ordinal * 17, ordinal * 17)
if first == '' or first == '\0' then return -1 end
local changed = 0
local function set(number, on)
  local key = KEYS[number]
  if redis.call('GETBIT', key, ordinal) == on then return 0 end
  if on == 1 and redis.call('EXISTS', key) == 0 then
    redis.call('SADD', KEYS[4], string.match(key, ':b:(.*)$'))
  end
  set_bit(key, ordinal, on)
  return 1
end
local floor = floor_of(KEYS[3], ordinal) * 1024 + 1023
local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local field, value, left, rank, on = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3], tonumber(ARGV[at + 4])
  at = at + 5
  local stored = tonumber(redis.call('HGET', KEYS[2], field) or 0)
  if tonumber(rank) > math.max(stored, floor) then
    redis.call('HSET', KEYS[2], field, rank)
    changed = changed + set(value, on)
    if left > 0 then set(left, 1 - on) end
  end
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
while ARGV[at] do
  local any, count, chosen = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), 0
  for i = at + 2, at + 1 + count do
    if redis.call('GETBIT', KEYS[tonumber(ARGV[i])], ordinal) == 1 then
      chosen = 1
      break
    end
  end
  set(any, chosen)
  at = at + 2 + count
end
return changed
