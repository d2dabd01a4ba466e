-- Gives claimed raw articles back: to be tried alone, or, uncounted, to the place they came from.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed
-- ARGV: owner, prefix of an entry's key, 'alone' or 'uncounted', not before (ms), then the ids
-- Only what is still this owner's is given back: after the end of a lease it is somebody else's work.
local owner, prefix, how, not_before = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local back = 0
for i = 5, #ARGV do
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
