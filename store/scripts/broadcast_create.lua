-- Makes a broadcast's record.
-- KEYS: record
-- ARGV: field, value, ... (state and revision among them)
-- Answer: 1 it is there with these fields, now or since an earlier call; 0 another record has the id.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], unpack(ARGV))
  return 1
end
if redis.call('HLEN', KEYS[1]) ~= #ARGV / 2 then return 0 end
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return 0 end
end
return 1
