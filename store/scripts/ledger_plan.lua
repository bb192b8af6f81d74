-- Plans the next batches, when nobody has planned them meanwhile.
-- KEYS: record, ledger, rows, due
-- ARGV: cursor expected, cursor afterwards ('end' = all planned), then for each batch: variant, from partition,
--       from ordinal, to partition, to ordinal (both included), recipients
-- Answer: 1 planned, 0 the cursor is elsewhere or the broadcast is not being sent.
if redis.call('HGET', KEYS[1], 'state') ~= 'sending' then return 0 end
if redis.call('HGET', KEYS[2], 'cursor') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local number = tonumber(redis.call('HGET', KEYS[2], 'next'))
local batches, recipients = 0, 0
for i = 3, #ARGV, 6 do
  local row = {s = 'planned', v = tonumber(ARGV[i]), fp = tonumber(ARGV[i + 1]), fo = tonumber(ARGV[i + 2]),
    tp = tonumber(ARGV[i + 3]), to = tonumber(ARGV[i + 4]), n = tonumber(ARGV[i + 5]), g = 0, t = 0}
  redis.call('HSET', KEYS[3], number, cjson.encode(row))
  redis.call('ZADD', KEYS[4], now, number)
  number = number + 1
  batches = batches + 1
  recipients = recipients + row.n
end
redis.call('HSET', KEYS[2], 'next', number, 'cursor', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'pb', batches)
redis.call('HINCRBY', KEYS[2], 'pr', recipients)
if ARGV[2] == 'end' then
  -- Who is in no batch was erased after the freeze.
  local missing = tonumber(redis.call('HGET', KEYS[2], 'ur') or '0') - recipients
  if missing > 0 then redis.call('HINCRBY', KEYS[2], 'lr', missing) end
  redis.call('HSET', KEYS[2], 'ub', 0, 'ur', 0)
else
  redis.call('HINCRBY', KEYS[2], 'ub', -batches)
  redis.call('HINCRBY', KEYS[2], 'ur', -recipients)
end
return 1
