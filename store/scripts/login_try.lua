-- Counts a login before it is heard, so that guesses side by side are not free, and says whether it must wait.
-- KEYS: one hash for each thing that is counted (an account from a source, a source)
-- ARGV: now (ms), ms after which a count is forgotten, longest wait (ms), then for each key how many tries are free
-- Answer: 0 = go on; else ms to wait, and nothing was counted.
-- The wait doubles with every try after the free ones. A lost answer costs the caller one try.
local now, forget, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = 0
for i = 1, #KEYS do
  local till = tonumber(redis.call('HGET', KEYS[i], 'until') or '0')
  if till - now > wait then wait = till - now end
end
if wait > 0 then return wait end
for i = 1, #KEYS do
  local n = redis.call('HINCRBY', KEYS[i], 'n', 1)
  local free = tonumber(ARGV[3 + i])
  if n >= free then
    redis.call('HSET', KEYS[i], 'until', string.format('%d', now + math.min(1000 * 2 ^ math.min(n - free, 20), longest)))
  end
  redis.call('PEXPIRE', KEYS[i], forget)
end
return 0
