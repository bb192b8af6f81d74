-- Takes or renews the right to process a partition.
-- KEYS: lease
-- ARGV: owner, ms to hold it, owners known to be dead...
-- Answer: epoch (0 when another live owner holds it), and 1 when the owner before had not given it up, else 0. A renewal
-- repeats what was said when the owner came in, so an answer that was lost is not lost for good.
-- Redis' clock decides, so that the machines' clocks need not agree. The same owner keeps its epoch even past its time when
-- nobody took it meanwhile: nothing can have happened in between.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'until', 'orphan')
local owner, epoch, orphan = held[1], tonumber(held[2] or '0'), held[4] or '0'
if owner ~= ARGV[1] then
  if owner and owner ~= '' and tonumber(held[3]) > now then
    local dead = false
    for i = 3, #ARGV do dead = dead or ARGV[i] == owner end
    if not dead then return {0, 0} end
  end
  epoch = epoch + 1
  orphan = owner and owner ~= '' and '1' or '0'
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'epoch', string.format('%.0f', epoch), 'until',
  string.format('%.0f', now + tonumber(ARGV[2])), 'orphan', orphan)
return {epoch, tonumber(orphan)}
