-- Leases the next places on a line of requests that leave at one fixed distance from each other.
-- KEYS: line
-- ARGV: distance (us), places wanted, how soon the first may be (us), how far ahead places are given (us)
-- Answer: now (us), first place (us), places (0 = the line is full that far ahead).
-- Redis' clock decides. A line far ahead of it was written before the clock was set back.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local distance = tonumber(ARGV[1])
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
if free > now + 5000000 then free = now end
local first = math.max(free, now + tonumber(ARGV[3]))
local places = math.min(tonumber(ARGV[2]), math.floor((now + tonumber(ARGV[4]) - first) / distance) + 1)
if places < 1 then return {string.format('%.0f', now), string.format('%.0f', first), 0} end
redis.call('SET', KEYS[1], string.format('%.0f', first + places * distance), 'PX', 60000)
return {string.format('%.0f', now), string.format('%.0f', first), places}
