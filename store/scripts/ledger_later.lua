-- Puts a batch back, to be tried again after a while.
-- KEYS: ledger, rows, due
-- ARGV: number, token, ms to wait, 1 when this try may have been taken, status, detail
-- Answer: failed tries since the last success, ms since the first of them; 0, 0 when the batch is another's.
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text then return {0, 0} end
local row = cjson.decode(text)
if row.x ~= ARGV[2] or (row.s ~= 'in_flight' and row.s ~= 'planned') then return {0, 0} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
row.x = nil
row.o = nil
if ARGV[4] == '1' then row.mt = 1 end
row.st = tonumber(ARGV[5])
row.d = ARGV[6]
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(row))
redis.call('ZADD', KEYS[3], string.format('%.0f', now + tonumber(ARGV[3])), ARGV[1])
if row.s == 'planned' then return {0, 0} end
redis.call('HSETNX', KEYS[1], 'failing', string.format('%.0f', now))
local fails = redis.call('HINCRBY', KEYS[1], 'fails', 1)
return {fails, now - tonumber(redis.call('HGET', KEYS[1], 'failing'))}
