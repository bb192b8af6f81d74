-- Changes a broadcast's record when nobody has changed it meanwhile.
-- KEYS: record
-- ARGV: revision expected, operation, state, due (ms, '' = none), number of fields to remove, those..., field, value, ...
-- Answer: the new revision; 0 another update came first, -1 there is no such record.
-- The operation is a random name: a repeat after a lost answer finds its own and changes nothing.
local stored = redis.call('HMGET', KEYS[1], 'revision', 'op')
if not stored[1] then return -1 end
local revision = tonumber(stored[1])
local expected = tonumber(ARGV[1])
if revision == expected + 1 and stored[2] == ARGV[2] then return revision end
if revision ~= expected then return 0 end
local removed = tonumber(ARGV[5])
if removed > 0 then redis.call('HDEL', KEYS[1], unpack(ARGV, 6, 5 + removed)) end
if #ARGV > 5 + removed then redis.call('HSET', KEYS[1], unpack(ARGV, 6 + removed)) end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'revision', string.format('%.0f', expected + 1), 'op', ARGV[2])
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], 'due')
else
  redis.call('HSET', KEYS[1], 'due', ARGV[4])
end
return expected + 1
