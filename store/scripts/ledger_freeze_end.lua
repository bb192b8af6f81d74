-- Ends a freeze: from now on the audience does not change but for erasures.
-- KEYS: record, ledger
-- ARGV: token, partitions, recipients, batches
-- Answer: 1 ended, 0 another attempt has begun, -1 a partition is missing.
local ledger = redis.call('HMGET', KEYS[2], 'token', 'frozen')
if ledger[1] ~= ARGV[1] then return 0 end
if ledger[2] then return 1 end
if redis.call('HGET', KEYS[1], 'state') ~= 'freezing' then return 0 end
for p = 0, tonumber(ARGV[2]) - 1 do
  if redis.call('HEXISTS', KEYS[2], 'f:' .. p) == 0 then return -1 end
end
for p = 0, tonumber(ARGV[2]) - 1 do redis.call('HDEL', KEYS[2], 'f:' .. p) end
redis.call('HSET', KEYS[2], 'frozen', '1', 'audience', ARGV[3], 'cursor', '0:0:0',
  'ub', ARGV[4], 'ur', ARGV[3])
return 1
