-- Reads a session and, if asked, notes that it was used now. One that has ended is taken away.
-- KEYS: session
-- ARGV: now (ms), '1' = it was used
-- Answer: the fields as a flat list; empty = no such session, or it is over.
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then return {} end
local session = {}
for i = 1, #fields, 2 do session[fields[i]] = fields[i + 1] end
local now, seen, idle, last = tonumber(ARGV[1]), tonumber(session.seen), tonumber(session.idle), tonumber(session.ends)
if now >= last or now >= seen + idle then
  redis.call('DEL', KEYS[1])
  return {}
end
if ARGV[2] == '1' and now > seen then
  redis.call('HSET', KEYS[1], 'seen', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], math.min(idle, last - now) + 60000)
end
return fields
