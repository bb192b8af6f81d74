-- Records a stage before the step it names is taken.
-- KEYS: lease, outbox
-- ARGV: epoch, position, stage
-- Answer: 1 recorded (or was at it), 0 it is further already, -1 old epoch, -2 there is no such reply.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local value = redis.call('HGET', KEYS[2], ARGV[2])
if not value then return -2 end
local stage = string.sub(value, 1, 1)
if stage > ARGV[3] then return 0 end
if stage < ARGV[3] then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. string.sub(value, 2)) end
return 1
