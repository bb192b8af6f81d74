-- Gives a claimed batch back at once.
-- KEYS: rows, due
-- ARGV: number, token
-- Answer: 1 given back, 0 it is another's or over.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return 0 end
local row = cjson.decode(text)
if row.x ~= ARGV[2] or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
-- Whoever had it may have tried.
if row.s == 'in_flight' then row.mt = 1 end
row.x = nil
row.o = nil
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(row))
redis.call('ZADD', KEYS[2], string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)), ARGV[1])
return 1
