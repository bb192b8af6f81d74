-- What scripts that give addresses their slots have in common. KEYS 1 to 5 are the same in all of them: next ordinal,
-- addresses, long addresses, times, floors.
--
-- An id bucket's field holds an ordinal, or 'x' and the time (ms) at which the address was erased; nothing of it is left
-- then. What happened up to that time stays without effect, whenever it arrives; something newer gives the address a new
-- ordinal, whose floor and follow time say from when on events count.

-- Packed strings grow by a sixteenth, in whole pieces of 64 bytes, and are written whole when they do: Redis doubles the
-- memory of a string that SETRANGE or SETBIT lengthens, and keeps one that SET writes exact.
local function make_room(key, bytes)
  local length = redis.call('STRLEN', key)
  if length >= bytes then return end
  local target = math.ceil((bytes + math.floor(bytes / 16)) / 64) * 64
  redis.call('SET', key, (redis.call('GET', key) or '') .. string.rep('\0', target - length))
end

local function put(key, bytes, offset, value)
  make_room(key, offset + bytes)
  redis.call('SETRANGE', key, offset, value)
end

local function read_number(key, bytes, ordinal)
  local stored = redis.call('GETRANGE', key, ordinal * bytes, ordinal * bytes + bytes - 1)
  if #stored < bytes then return 0 end
  return struct.unpack('>I' .. bytes, stored)
end

local function set_bit(key, ordinal, on)
  if on == 1 then make_room(key, math.floor(ordinal / 8) + 1) end
  redis.call('SETBIT', key, ordinal, on)
end

-- Answer: rank of the last follow or unfollow, 0 = none.
local function follow_rank(ordinal) return read_number(KEYS[4], 8, ordinal) end
local function set_follow_rank(ordinal, rank) put(KEYS[4], 8, ordinal * 8, struct.pack('>I8', rank)) end

-- No setting of event time up to the floor counts any more. Floors are kept as long as ranks are.
local FLOOR_SECONDS = 31 * 86400
local function floor_of(key, ordinal) return read_number(key, 6, ordinal) end
local function raise_floor(key, ordinal, ms)
  if floor_of(key, ordinal) >= ms then return end
  put(key, 6, ordinal * 6, struct.pack('>I6', ms))
  redis.call('EXPIRE', key, FLOOR_SECONDS)
end

-- The ordinal of an address, made when it has none; nil when it was erased at `at` (ms) or later. Second answer: whether it
-- was made.
local function slot_for(bucket, field, slot, long_address, at)
  local entry = redis.call('HGET', bucket, field)
  local erased = entry and string.match(entry, '^x(%d+)$')
  if entry and not erased then return tonumber(entry), false end
  if erased and at <= tonumber(erased) then return nil end
  local ordinal = redis.call('INCR', KEYS[1]) - 1
  redis.call('HSET', bucket, field, ordinal)
  put(KEYS[2], 17, ordinal * 17, slot)
  if long_address ~= '' then redis.call('HSET', KEYS[3], ordinal, long_address) end
  if erased then
    set_follow_rank(ordinal, tonumber(erased) * 2 + 1)
    raise_floor(KEYS[5], ordinal, tonumber(erased))
  end
  return ordinal, true
end

-- Whether an ordinal has an address: erased slots have none.
local function is_used(ordinal)
  local first = redis.call('GETRANGE', KEYS[2], ordinal * 17, ordinal * 17)
  return first ~= '' and first ~= '\0'
end

-- The name of a settings bitmap by its key, as the set of names holds it.
local function name_of(key) return string.match(key, ':b:(.*)$') end

-- Sets a bit of a settings bitmap, KEYS[names] being the set of names. A bitmap is never made by writing a 0.
-- Answer: 1 it changed, 0 it was so.
local function set_setting(names, key, ordinal, on)
  if redis.call('GETBIT', key, ordinal) == on then return 0 end
  if on == 1 and redis.call('EXISTS', key) == 0 then redis.call('SADD', names, name_of(key)) end
  set_bit(key, ordinal, on)
  return 1
end
