-- Records how a batch ended, once, and forgets its bytes.
-- KEYS: ledger, rows, due, requests
-- ARGV: number, token, outcome (accepted, refused, unknown; empty: all of it had left before the first try), status,
--       request id, detail, who was left out ('empty' only)
-- Answer: 1 or, when it was recorded before, 1 again, then unfinished batches and the cursor; 0 the batch is another's.
local text = redis.call('HGET', KEYS[2], ARGV[1])
if not text then return {0} end
local row = cjson.decode(text)
if (row.x or '') ~= ARGV[2] then return {0} end
local outcome = ARGV[3]
local from = outcome == 'empty' and 'planned' or 'in_flight'
if row.s == from then
  local time = redis.call('TIME')
  local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
  row.s = outcome
  row.st = tonumber(ARGV[4])
  row.rid = ARGV[5]
  row.d = ARGV[6]
  row.e = tonumber(now)
  row.o = nil
  if outcome == 'empty' then row.lo = ARGV[7] end
  redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(row))
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[4], ARGV[1])
  if outcome == 'empty' then
    redis.call('HINCRBY', KEYS[1], 'pb', -1)
    redis.call('HINCRBY', KEYS[1], 'pr', -row.n)
    redis.call('HINCRBY', KEYS[1], 'lr', row.n)
    redis.call('HINCRBY', KEYS[1], 'eb', 1)
  else
    local letter = string.sub(outcome, 1, 1)
    redis.call('HINCRBY', KEYS[1], 'ib', -1)
    redis.call('HINCRBY', KEYS[1], 'ir', -row.c)
    redis.call('HINCRBY', KEYS[1], letter .. 'ob', 1)
    redis.call('HINCRBY', KEYS[1], letter .. 'or', row.c)
    redis.call('HSET', KEYS[1], 'last', now)
  end
  if outcome == 'accepted' then redis.call('HDEL', KEYS[1], 'fails', 'failing') end
elseif row.s ~= outcome then
  return {0}
end
return {1, redis.call('ZCARD', KEYS[3]), redis.call('HGET', KEYS[1], 'cursor') or ''}
