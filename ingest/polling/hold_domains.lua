-- Takes domains for a poller, so that no other asks their servers meanwhile.
-- KEYS: polling:domains, polling:holders, polling:rests
-- ARGV: now (ms, or empty for the server's clock), poller, lease (ms), then the domains
-- Answers for each: 0 when it is taken, the ms that it rests, or, below 0, those that another may still hold it.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local poller, lease, answer = ARGV[2], tonumber(ARGV[3]), {}
for i = 4, #ARGV do
  local domain, held, rest = ARGV[i], 0, 0
  local holder = redis.call('HGET', KEYS[2], domain)
  if holder ~= poller then
    if holder then held = (tonumber(redis.call('ZSCORE', KEYS[1], domain)) or 0) - now end
    rest = (tonumber(redis.call('ZSCORE', KEYS[3], domain)) or 0) - now
  end
  if held > 0 then
    answer[#answer + 1] = -math.ceil(held)
  elseif rest > 0 then
    answer[#answer + 1] = math.ceil(rest)
  else
    redis.call('HSET', KEYS[2], domain, poller)
    redis.call('ZADD', KEYS[1], now + lease, domain)
    answer[#answer + 1] = 0
  end
end
return answer
