-- Appends an entry to a hash chain when nobody else did since the head was read.
-- KEYS: log, head, ids
-- ARGV: seq of the head as read, hash of the entry, body, once ('' = none)
-- Answer: {1, seq} appended; {0, seq} it is there already (this very entry, or one under the same `once`);
--         {-1, seq} the head has moved on.
if ARGV[4] ~= '' then
  local known = redis.call('HGET', KEYS[3], ARGV[4])
  if known then return {0, tonumber(known)} end
end
local head = redis.call('HMGET', KEYS[2], 'seq', 'hash')
local seq = tonumber(head[1] or '0')
if head[2] == ARGV[2] then return {0, seq} end
if seq ~= tonumber(ARGV[1]) then return {-1, seq} end
seq = seq + 1
redis.call('XADD', KEYS[1], seq .. '-0', 'h', ARGV[2], 'b', ARGV[3])
redis.call('HSET', KEYS[2], 'seq', seq, 'hash', ARGV[2])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[3], ARGV[4], seq) end
return {1, seq}
