-- Gives claimed raw articles back: to be tried alone, or, uncounted, to the place they came from.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed
-- ARGV: now (ms, or empty for the server's clock), owner, prefix of an entry's key, 'alone' or 'uncounted', not before
--       so long (ms), then the ids
-- Only what is still this owner's is given back: after the end of a lease it is somebody else's work.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local owner, prefix, how, not_before = ARGV[2], ARGV[3], ARGV[4], now + tonumber(ARGV[5])
local back = 0
for i = 6, #ARGV do
  local id = ARGV[i]
  local key = prefix .. id
  local fields = redis.call('HMGET', key, 'owner', 'lane', 'accepted', 'tries')
  if fields[1] == owner then
    redis.call('ZREM', KEYS[4], id)
    redis.call('HDEL', key, 'owner')
    local tries = tonumber(fields[4] or '0')
    if how == 'alone' then
      redis.call('ZADD', KEYS[1], not_before, id)
    elseif tries > 0 then
      redis.call('HINCRBY', key, 'tries', -1)
      redis.call('ZADD', KEYS[1], not_before, id)
    else
      redis.call('ZADD', fields[2] == 'live' and KEYS[2] or KEYS[3], fields[3], id)
    end
    back = back + 1
  end
end
return back
