-- Keeps what a poller works on leased to it, and says what it has lost.
-- KEYS: polling:domains, polling:holders
-- ARGV: now (ms, or empty for the server's clock), poller, lease (ms), prefix of a domain's feeds,
--       number of domains, those, then the feeds under way (domain, feed)
-- Answers the domains that another holds by now.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local poller, lease, prefix, domains, lost = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), {}
for i = 6, 5 + domains do
  local holder = redis.call('HGET', KEYS[2], ARGV[i])
  if holder and holder ~= poller then
    lost[#lost + 1] = ARGV[i]
  else
    redis.call('HSET', KEYS[2], ARGV[i], poller)
    redis.call('ZADD', KEYS[1], now + lease, ARGV[i])
  end
end
for i = 6 + domains, #ARGV, 2 do
  redis.call('ZADD', prefix .. ARGV[i], 'XX', now + lease, ARGV[i + 1])
end
return lost
