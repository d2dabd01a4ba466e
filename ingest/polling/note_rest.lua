-- Notes that a domain asked for rest: the longest counts, whoever heard of it.
-- KEYS: host:{domain}
-- ARGV: rests until (ms), spacing (s), 1 for a refusal (429), seconds to keep it
local function longest(field, value)
  local known = tonumber(redis.call('HGET', KEYS[1], field) or '0') or 0
  if tonumber(value) > known then redis.call('HSET', KEYS[1], field, value) end
end
longest('rests_until', ARGV[1])
if ARGV[3] == '1' then
  longest('spacing', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'refusals', 1)
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('HMGET', KEYS[1], 'rests_until', 'spacing', 'refusals')
