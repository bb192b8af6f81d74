-- Begins to freeze an audience, from nothing: whatever an attempt before left is void.
-- KEYS: record, ledger, rows, due, requests, texts
-- ARGV: token, variants, unit, then for each variant: label, rendered
-- Answer: 1 begun, 0 the broadcast is not being frozen, -1 batches have been planned from an audience already.
if redis.call('HGET', KEYS[1], 'state') ~= 'freezing' then return 0 end
if tonumber(redis.call('HGET', KEYS[2], 'next') or '0') > 0 then return -1 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
redis.call('HSET', KEYS[2], 'token', ARGV[1], 'variants', ARGV[2], 'unit', ARGV[3], 'next', '0')
for i = 0, tonumber(ARGV[2]) - 1 do
  redis.call('HSET', KEYS[6], i, ARGV[5 + 2 * i], 'label:' .. i, ARGV[4 + 2 * i])
end
return 1
