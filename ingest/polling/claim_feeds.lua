-- Leases the most overdue feed of each domain that is ready, and the domain with it.
-- KEYS: polling:domains, polling:holders, polling:rests, polling:list, polling:feeds, polling:clock
-- ARGV: now (ms, or empty for the server's clock), poller, lease (ms), most feeds, prefix of a domain's feeds
-- Answers the list's digest (or false), ms until the next domain is ready (or -1), now (ms), for how long (ms) the domain
-- that is ready and was left longest has been so, then domain, feed, domain, feed ...
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local poller, lease, most, prefix = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local before = tonumber(redis.call('GET', KEYS[6]) or '0')
if now < before - 1000 then
  -- The clock was set back: what is due when goes back with it, or every feed would wait for the difference.
  local back, moved = before - now, {}
  local function move(key)
    local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do redis.call('ZADD', key, tonumber(all[i + 1]) - back, all[i]) end
  end
  move(KEYS[1])
  move(KEYS[3])
  for _, domain in ipairs(redis.call('HVALS', KEYS[5])) do
    if not moved[domain] then move(prefix .. domain) end
    moved[domain] = true
  end
end
if math.abs(now - before) > 1000 then redis.call('SET', KEYS[6], now) end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local answer = {redis.call('GET', KEYS[4]), -1, now, 0}
if most > 0 then
  for _, domain in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, most)) do
    local first = redis.call('ZRANGE', prefix .. domain, 0, 0, 'WITHSCORES')
    if #first == 0 then
      redis.call('ZREM', KEYS[1], domain)
      redis.call('HDEL', KEYS[2], domain)
    elseif tonumber(first[2]) > now then
      redis.call('ZADD', KEYS[1], first[2], domain)
      redis.call('HDEL', KEYS[2], domain)
    else
      redis.call('ZADD', prefix .. domain, now + lease, first[1])
      redis.call('ZADD', KEYS[1], now + lease, domain)
      redis.call('HSET', KEYS[2], domain, poller)
      answer[#answer + 1] = domain
      answer[#answer + 1] = first[1]
    end
  end
end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #next > 0 then
  local wait = math.ceil(tonumber(next[2]) - now)
  answer[2], answer[4] = math.max(0, wait), math.max(0, -wait)
end
return answer
