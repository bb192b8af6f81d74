-- Takes the earliest batch whose time has come, for a while.
-- KEYS: record, ledger, rows, due
-- ARGV: owner, token, ms after which others may take it
-- Answer: 'batch', number, row, unfinished, cursor
--         'wait', ms until the next one comes due, unfinished, cursor
--         'none', unfinished (0), cursor
--         'state', the broadcast's state, which is not "sending"
-- A batch that is in flight is taken to be tried again: the try is recorded here, before it is made.
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'sending' then return {'state', state or ''} end
local cursor = redis.call('HGET', KEYS[2], 'cursor') or ''
local first = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
if #first == 0 then return {'none', 0, cursor} end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local unfinished = redis.call('ZCARD', KEYS[4])
local at = tonumber(first[2])
if at > now then return {'wait', at - now, unfinished, cursor} end
local row = cjson.decode(redis.call('HGET', KEYS[3], first[1]))
row.o = ARGV[1]
row.x = ARGV[2]
if row.s == 'in_flight' then row.t = row.t + 1 end
local text = cjson.encode(row)
redis.call('HSET', KEYS[3], first[1], text)
redis.call('ZADD', KEYS[4], string.format('%.0f', now + tonumber(ARGV[3])), first[1])
return {'batch', tonumber(first[1]), text, unfinished, cursor}
