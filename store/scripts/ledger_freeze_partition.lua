-- Freezes one partition, all variants at once.
-- KEYS: record, ledger, audience of the partition
-- ARGV: token, partition, then for each variant that has anybody: variant, bitmap
-- Answer: 1 frozen, 0 another attempt has begun or the freeze is over.
if redis.call('HGET', KEYS[1], 'state') ~= 'freezing' then return 0 end
local ledger = redis.call('HMGET', KEYS[2], 'token', 'frozen')
if ledger[1] ~= ARGV[1] or ledger[2] then return 0 end
redis.call('DEL', KEYS[3])
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[2], 'f:' .. ARGV[2], '1')
return 1
