-- Proposes, publishes or gives back the rules of warnings; nobody publishes what they proposed themselves.
-- KEYS: hash of the rules (proposed:..., published:... and returned:... fields)
-- ARGV: step ("propose", "publish", "return"), hash of the rules, account, now (ms), text ("propose") or reason ("return")
-- Answer: "ok", "none" = nothing is proposed, "changed" = another text is proposed, "same" = the account proposed it itself.
-- Repeating it after an answer that was lost is harmless: what this account has published or given back already is taken as done.
local key, step, hash, account, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function forget_returned()
  redis.call('HDEL', key, 'returned:hash', 'returned:proposed_by', 'returned:by', 'returned:at', 'returned:why')
end
if step == 'propose' then
  redis.call('HSET', key, 'proposed:hash', hash, 'proposed:text', ARGV[5], 'proposed:by', account, 'proposed:at', now)
  forget_returned()
  return 'ok'
end
local proposed = redis.call('HMGET', key, 'proposed:hash', 'proposed:by', 'proposed:at', 'proposed:text')
if not proposed[1] then
  local published = redis.call('HMGET', key, 'published:hash', 'published:by')
  if step == 'publish' and published[1] == hash and published[2] == account then return 'ok' end
  local returned = redis.call('HMGET', key, 'returned:hash', 'returned:by', 'returned:proposed_by')
  if step == 'return' and returned[1] == hash and returned[2] == account then return 'ok' end
  if step == 'return' and returned[1] == hash and returned[3] == account then
    forget_returned()
    return 'ok'
  end
  return 'none'
end
if proposed[1] ~= hash then return 'changed' end
if step == 'publish' then
  if proposed[2] == account then return 'same' end
  redis.call('HSET', key, 'published:hash', hash, 'published:text', proposed[4], 'published:by', account,
    'published:at', now, 'published:proposed_by', proposed[2], 'published:proposed_at', proposed[3])
elseif proposed[2] ~= account then
  redis.call('HSET', key, 'returned:hash', hash, 'returned:proposed_by', proposed[2], 'returned:by', account,
    'returned:at', now, 'returned:why', ARGV[5])
end
redis.call('HDEL', key, 'proposed:hash', 'proposed:by', 'proposed:at', 'proposed:text')
return 'ok'
