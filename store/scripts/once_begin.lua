-- Begins a request that is to have its effect once, or gives the answer it had.
-- KEYS: hash of the request
-- ARGV: hash of its body, ms to hold it while it runs
-- Answer: {'new'}; {'running'}; {'other'} = the key was used for another body; {'done', status, sealed answer}
local body = redis.call('HGET', KEYS[1], 'body')
if not body then
  redis.call('HSET', KEYS[1], 'body', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'new'}
end
if body ~= ARGV[1] then return {'other'} end
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return {'running'} end
return {'done', status, redis.call('HGET', KEYS[1], 'answer')}
