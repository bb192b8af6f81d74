-- Replaces a refused batch by its two halves, each with a row and a key of its own.
-- KEYS: ledger, rows, due, requests
-- ARGV: number, token, status, detail, then for each half: from partition, from ordinal, to partition, to ordinal,
--       recipients
-- Answer: 1 done (or done before under this token), 0 the batch is another's.
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text then return 0 end
local row = cjson.decode(text)
if row.x ~= ARGV[2] then return 0 end
if row.s == 'split' then return 1 end
if row.s ~= 'in_flight' then return 0 end
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local number = tonumber(redis.call('HGET', KEYS[1], 'next'))
local count, people = 0, 0
for i = 5, #ARGV, 5 do
  local half = {s = 'planned', v = row.v, fp = tonumber(ARGV[i]), fo = tonumber(ARGV[i + 1]),
    tp = tonumber(ARGV[i + 2]), to = tonumber(ARGV[i + 3]), n = tonumber(ARGV[i + 4]), g = row.g + 1, t = 0,
    of = tonumber(ARGV[1])}
  redis.call('HSET', KEYS[2], number, cjson.encode(half))
  redis.call('ZADD', KEYS[3], now, number)
  number = number + 1
  count = count + 1
  people = people + half.n
end
redis.call('HSET', KEYS[1], 'next', number)
redis.call('HINCRBY', KEYS[1], 'ib', -1)
redis.call('HINCRBY', KEYS[1], 'ir', -row.c)
redis.call('HINCRBY', KEYS[1], 'lr', row.c - row.n)
redis.call('HINCRBY', KEYS[1], 'pb', count)
redis.call('HINCRBY', KEYS[1], 'pr', people)
row.s = 'split'
row.st = tonumber(ARGV[3])
row.d = ARGV[4]
row.o = nil
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(row))
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
return 1
