-- Reads feeds' states, each with what its domain once asked for.
-- KEYS: feed:{id}, host:{domain}, feed:{id}, host:{domain} ...
-- ARGV: number of a feed's fields, those, then a domain's
local fields, answer = tonumber(ARGV[1]), {}
for i = 1, #KEYS, 2 do
  answer[i] = redis.call('HMGET', KEYS[i], unpack(ARGV, 2, 1 + fields))
  answer[i + 1] = redis.call('HMGET', KEYS[i + 1], unpack(ARGV, 2 + fields))
end
return answer
