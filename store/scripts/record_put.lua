-- Writes one record of a hash of records, each "REVISION document", if nobody else has written it meanwhile.
-- KEYS: hash
-- ARGV: name, expected revision ('0' = must not exist yet), document ('' = take the record away)
-- Answer: the new revision (0 after taking away), -1 = another revision is stored.
-- Repeating it after an answer that was lost is harmless: the same document one revision later is taken as ours.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local revision, document = 0, ''
if stored then
  local cut = string.find(stored, ' ', 1, true)
  revision = tonumber(string.sub(stored, 1, cut - 1))
  document = string.sub(stored, cut + 1)
end
local expected = tonumber(ARGV[2])
if ARGV[3] == '' then
  if not stored then return 0 end
  if revision ~= expected then return -1 end
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 0
end
if revision == expected + 1 and document == ARGV[3] then return revision end
if revision ~= expected then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d', expected + 1) .. ' ' .. ARGV[3])
return expected + 1
