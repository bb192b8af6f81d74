-- Applies settings, each bit only when nothing later was applied to it.
-- KEYS: next ordinal, addresses, long addresses, times, floors, ranks of the subscriber, names of bitmaps, then bitmaps
-- ARGV: ordinal, seconds to keep ranks, number of changes, then
--       for each change: field of its rank (attribute:value), bitmap of the value, bitmap of having left it (0 = none), rank,
--       1 on or 0 off                                    (bitmaps are numbers of KEYS)
--       for each attribute: bitmap of having chosen anything, 1 when all its values follow or 0 when those turned on do, their
--       number, their bitmaps
-- Answer: how many values changed, or -1 when the slot is erased.
-- Every value is a register whose last writer wins by rank, so that every order of arrival, also with repeats, ends in the
-- same state. A bitmap's name is noted when it is made.
-- uses: slots
local ordinal = tonumber(ARGV[1])
if not is_used(ordinal) then return -1 end
local changed = 0
local floor = floor_of(KEYS[5], ordinal) * 1024 + 1023
local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local field, value, left, rank, on = ARGV[at], KEYS[tonumber(ARGV[at + 1])], KEYS[tonumber(ARGV[at + 2])], ARGV[at + 3], tonumber(ARGV[at + 4])
  at = at + 5
  local stored = tonumber(redis.call('HGET', KEYS[6], field) or 0)
  if tonumber(rank) > math.max(stored, floor) then
    redis.call('HSET', KEYS[6], field, rank)
    changed = changed + set_setting(KEYS[7], value, ordinal, on)
    if left then set_setting(KEYS[7], left, ordinal, 1 - on) end
  end
end
redis.call('EXPIRE', KEYS[6], ARGV[2])
while ARGV[at] do
  local any, all, count, chosen = KEYS[tonumber(ARGV[at])], ARGV[at + 1] == '1', tonumber(ARGV[at + 2]), 0
  for i = at + 3, at + 2 + count do
    if redis.call('GETBIT', KEYS[tonumber(ARGV[i])], ordinal) == 1 then
      chosen = 1
      break
    end
  end
  if all or chosen == 1 then set_setting(KEYS[7], any, ordinal, chosen) end
  at = at + 3 + count
end
return changed
