-- Says when feeds are due again, and gives domains back.
-- KEYS: polling:domains, polling:holders, polling:rests
-- ARGV: now (ms, or empty for the server's clock), poller, prefix of a domain's feeds, and in JSON a list of five each:
--       domain, whether it is given back, ms for which nobody may ask it, feed (or empty), ms until that is due
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local poller, prefix = ARGV[2], ARGV[3]
local settled = cjson.decode(ARGV[4])
for _, one in ipairs(settled) do
  local domain, given, rest, feed, wait = one[1], one[2], one[3], one[4], one[5]
  if feed ~= '' then redis.call('ZADD', prefix .. domain, 'XX', now + wait, feed) end
  local holder = redis.call('HGET', KEYS[2], domain)
  if given and holder == poller then
    redis.call('HDEL', KEYS[2], domain)
    holder = false
    if rest > 0 then redis.call('ZADD', KEYS[3], now + rest, domain) end
  end
  if not holder then
    local first = redis.call('ZRANGE', prefix .. domain, 0, 0, 'WITHSCORES')
    if #first == 0 then
      redis.call('ZREM', KEYS[1], domain)
    else
      local rests = tonumber(redis.call('ZSCORE', KEYS[3], domain)) or 0
      redis.call('ZADD', KEYS[1], math.max(tonumber(first[2]), rests), domain)
    end
  end
end
return #settled
