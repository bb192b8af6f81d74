-- Gives a partition up. The epoch moves on at once, so that a late commit of the one who gave it up is refused.
-- KEYS: lease
-- ARGV: owner, epoch
-- Answer: 1 given up, 0 it was not held like this.
local held = redis.call('HMGET', KEYS[1], 'owner', 'epoch')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'owner', '', 'until', '0')
redis.call('HINCRBY', KEYS[1], 'epoch', 1)
return 1
