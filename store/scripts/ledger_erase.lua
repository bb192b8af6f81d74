-- Takes one person out of a partition's frozen audience.
-- KEYS: ledger, audience of the partition
-- ARGV: partition, ordinal
-- Answer: 1 was in it, 0 was not.
local byte, mask = math.floor(tonumber(ARGV[2]) / 8) + 1, bit.lshift(1, 7 - tonumber(ARGV[2]) % 8)
local found = 0
for _, variant in ipairs(redis.call('HKEYS', KEYS[2])) do
  local map = redis.call('HGET', KEYS[2], variant)
  local value = string.byte(map, byte)
  if value and bit.band(value, mask) ~= 0 then
    redis.call('HSET', KEYS[2], variant, string.sub(map, 1, byte - 1) ..
      string.char(bit.band(value, bit.bnot(mask))) .. string.sub(map, byte + 1))
    found = 1
    -- Who is not yet in a planned batch is no recipient any more; in a planned one the batch will leave the person out.
    local cursor = redis.call('HGET', KEYS[1], 'cursor') or 'end'
    local v, p, o = string.match(cursor, '^(%d+):(%d+):(%d+)$')
    if v then
      variant, v, p, o = tonumber(variant), tonumber(v), tonumber(p), tonumber(o)
      local partition, ordinal = tonumber(ARGV[1]), tonumber(ARGV[2])
      if variant > v or (variant == v and (partition > p or (partition == p and ordinal >= o))) then
        redis.call('HINCRBY', KEYS[1], 'ur', -1)
        redis.call('HINCRBY', KEYS[1], 'lr', 1)
      end
    end
  end
end
return found
