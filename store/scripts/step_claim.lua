-- Uses up one step of a counter that only grows, so that a one-time code works once.
-- KEYS: hash
-- ARGV: name, step
-- Answer: 1 claimed, 0 this step or a later one was used before. A lost answer costs the caller one code.
local last = redis.call('HGET', KEYS[1], ARGV[1])
if last and tonumber(last) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
