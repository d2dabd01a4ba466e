-- Puts feeds on the schedule that are not there, and takes some off it.
-- KEYS: polling:domains, polling:holders, polling:rests, polling:feeds
-- ARGV: now (ms, or empty for the server's clock), prefix of a domain's feeds, number of feeds to take off, those,
--       then three for each to put on: domain, feed, ms until it is due
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local prefix, off = ARGV[2], tonumber(ARGV[3])
for i = 4, 3 + off do
  local domain = redis.call('HGET', KEYS[4], ARGV[i])
  if domain then
    redis.call('ZREM', prefix .. domain, ARGV[i])
    redis.call('HDEL', KEYS[4], ARGV[i])
  end
end
for i = 4 + off, #ARGV, 3 do
  local domain, feed, due = ARGV[i], ARGV[i + 1], now + tonumber(ARGV[i + 2])
  redis.call('HSET', KEYS[4], feed, domain)
  if redis.call('ZADD', prefix .. domain, 'NX', due, feed) == 1 and redis.call('HEXISTS', KEYS[2], domain) == 0 then
    local rests = tonumber(redis.call('ZSCORE', KEYS[3], domain)) or 0
    local ready = tonumber(redis.call('ZSCORE', KEYS[1], domain))
    if not ready or ready > math.max(due, rests) then redis.call('ZADD', KEYS[1], math.max(due, rests), domain) end
  end
end
return 1
