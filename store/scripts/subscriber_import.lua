-- Gives rows of a file their slots and exactly the settings they name; who is not known follows from then on.
-- KEYS: next ordinal, addresses, long addresses, times, floors, names of bitmaps, bitmap of followers, then id buckets, ranks
--       of subscribers, bitmaps, in any order                                              (all below are numbers of KEYS)
-- ARGV: time (ms), number of attributes that the file has, then
--       for each attribute: bitmap of having chosen anything, number of its values, for each its bitmap and the one of having
--       left it (0 = none)
--       for each row: id bucket, keyed hash, slot, long address, its ordinal as it was read (-1 = none), its ranks (0 = none),
--       number of values, their bitmaps
-- Answer: for each row 2 it is new, 1 something changed, 0 nothing did, -1 the address was erased, -2 its ordinal is another
--         by now: read it again.
-- The file is the last word up to its time: settings from before that arrive later have no effect. A value that was
-- changed later than that stays.
-- uses: slots
local ms = tonumber(ARGV[1])
local attributes, owner, left_of, exists = {}, {}, {}, {}
local at = 3
for a = 1, tonumber(ARGV[2]) do
  local attribute = {any = tonumber(ARGV[at]), values = {}}
  for i = at + 2, at + 2 * tonumber(ARGV[at + 1]), 2 do
    local value = tonumber(ARGV[i])
    attribute.values[#attribute.values + 1] = value
    owner[value], left_of[value] = attribute.any, KEYS[tonumber(ARGV[i + 1])]
    exists[value] = redis.call('EXISTS', KEYS[value]) == 1
  end
  at = at + 2 + 2 * tonumber(ARGV[at + 1])
  attributes[a] = attribute
end

local function set(number, ordinal, on)
  if on == 1 then exists[number] = true end
  return set_setting(KEYS[6], KEYS[number], ordinal, on)
end

local function set_all(ordinal, wanted, ranks)
  local changed = 0
  for _, attribute in ipairs(attributes) do
    local any = 0
    for _, value in ipairs(attribute.values) do
      local on = wanted[value] and 1 or 0
      if exists[value] or on == 1 then
        local stored = ranks and redis.call('HGET', ranks, string.match(KEYS[value], ':b:a:(.*)$'))
        if stored and tonumber(stored) > ms * 1024 + 1023 then
          on = redis.call('GETBIT', KEYS[value], ordinal)
        else
          changed = changed + set(value, ordinal, on)
          if on == 1 and left_of[value] then set_setting(KEYS[6], left_of[value], ordinal, 0) end
        end
        any = math.max(any, on)
      end
    end
    set(attribute.any, ordinal, any)
  end
  return changed
end

local answer = {}
while ARGV[at] do
  local known, ranks, count = tonumber(ARGV[at + 4]), KEYS[tonumber(ARGV[at + 5])], tonumber(ARGV[at + 6])
  local values = at + 7
  local entry = redis.call('HGET', KEYS[tonumber(ARGV[at])], ARGV[at + 1])
  local outcome
  if entry and string.sub(entry, 1, 1) == 'x' then
    outcome = -1
  elseif (entry and tonumber(entry) or -1) ~= known then
    outcome = -2
  else
    local ordinal, is_new = slot_for(KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ms)
    outcome = is_new and 2 or 0
    if follow_rank(ordinal) == 0 then
      set_follow_rank(ordinal, ms * 2)
      set_bit(KEYS[7], ordinal, 1)
      outcome = math.max(outcome, 1)
    end
    if is_new then
      for i = values, values + count - 1 do
        set(tonumber(ARGV[i]), ordinal, 1)
        set(owner[tonumber(ARGV[i])], ordinal, 1)
      end
    elseif #attributes > 0 then
      local wanted = {}
      for i = values, values + count - 1 do wanted[tonumber(ARGV[i])] = true end
      if set_all(ordinal, wanted, ranks) > 0 then outcome = math.max(outcome, 1) end
    end
    if #attributes > 0 then raise_floor(KEYS[5], ordinal, ms) end
  end
  answer[#answer + 1] = outcome
  at = values + count
end
return answer
