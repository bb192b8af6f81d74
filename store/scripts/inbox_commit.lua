-- Stores what processing one event changes and takes the event off the inbox.
-- KEYS: lease, inbox, outbox, fails, counters [, conversation]
-- ARGV: epoch, position, reply ('' = none), counter ('' = none) [, state ('' = forget), ms to keep it]
-- Answer: 1 done, 0 was done before, -1 old epoch.
-- The stream entry is the one-time token: only the call that deletes it has effects, so a repeat after an answer that was
-- lost cannot put a finished reply back.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
if redis.call('XDEL', KEYS[2], ARGV[2]) == 0 then return 0 end
if KEYS[6] then
  if ARGV[5] == '' then
    redis.call('DEL', KEYS[6])
  else
    redis.call('SET', KEYS[6], ARGV[5], 'PX', ARGV[6])
  end
end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[3], ARGV[2], '0' .. ARGV[3]) end
if ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[5], ARGV[4], 1) end
redis.call('HDEL', KEYS[4], ARGV[2])
return 1
