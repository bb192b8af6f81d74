-- A resident enters by a group code.
-- KEYS: the code, who used it
-- ARGV: now (ms), the resident
-- Answer: attribute and value; nothing when it is expired, revoked or used up.
local code = redis.call('HMGET', KEYS[1], 'attribute', 'value', 'expires', 'at_most', 'revoked')
if not code[1] or code[5] then return {} end
local expires, at_most = tonumber(code[3]), tonumber(code[4])
if expires > 0 and expires <= tonumber(ARGV[1]) then return {} end
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0 then
  if at_most > 0 and redis.call('SCARD', KEYS[2]) >= at_most then return {} end
  redis.call('SADD', KEYS[2], ARGV[2])
end
return {code[1], code[2]}
