-- Takes one person out of a partition's frozen audience.
-- KEYS: audience of the partition
-- ARGV: ordinal
-- Answer: 1 was in it, 0 was not.
-- Counts nothing: a planned batch leaves the person out and says so, and who is in no batch when all are planned is counted
-- there (ledger_plan.lua). Whoever plans may have read the audience before, so that only then it is known which of the two.
local byte, mask = math.floor(tonumber(ARGV[1]) / 8) + 1, bit.lshift(1, 7 - tonumber(ARGV[1]) % 8)
local found = 0
for _, variant in ipairs(redis.call('HKEYS', KEYS[1])) do
  local map = redis.call('HGET', KEYS[1], variant)
  local value = string.byte(map, byte)
  if value and bit.band(value, mask) ~= 0 then
    redis.call('HSET', KEYS[1], variant, string.sub(map, 1, byte - 1) ..
      string.char(bit.band(value, bit.bnot(mask))) .. string.sub(map, byte + 1))
    found = 1
  end
end
return found
