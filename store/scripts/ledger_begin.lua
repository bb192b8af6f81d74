-- The step before a batch's first try: its bytes and its key are stored, it is in flight from here on.
-- KEYS: record, ledger, rows, due, requests
-- ARGV: number, token, retry key, request bytes, recipients in it, who was left out ('p:o,p:o'), ms to hold the claim
-- Answer: 1 may be sent, 0 the batch is another's or further on, -1 the broadcast is not being sent.
local text = redis.call('HGET', KEYS[3], ARGV[1])
if not text then return 0 end
local row = cjson.decode(text)
if row.x ~= ARGV[2] then return 0 end
if row.s == 'in_flight' and row.t == 1 and row.k == ARGV[3] then return 1 end
if row.s ~= 'planned' then return 0 end
if redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return -1 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
row.s = 'in_flight'
row.t = 1
row.k = ARGV[3]
row.c = tonumber(ARGV[5])
row.f = now
if ARGV[6] ~= '' then row.lo = ARGV[6] end
redis.call('HSET', KEYS[5], ARGV[1], ARGV[4])
redis.call('HSET', KEYS[3], ARGV[1], cjson.encode(row))
redis.call('ZADD', KEYS[4], string.format('%.0f', now + tonumber(ARGV[7])), ARGV[1])
redis.call('HINCRBY', KEYS[2], 'pb', -1)
redis.call('HINCRBY', KEYS[2], 'pr', -row.n)
redis.call('HINCRBY', KEYS[2], 'ib', 1)
redis.call('HINCRBY', KEYS[2], 'ir', row.c)
if row.n ~= row.c then redis.call('HINCRBY', KEYS[2], 'lr', row.n - row.c) end
redis.call('HSETNX', KEYS[2], 'first', string.format('%.0f', now))
return 1
