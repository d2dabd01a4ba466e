-- Compares claims with who lives: what nobody works on any more goes back, to be tried alone. A comparison, no guess.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed, inbox:hold, worker:{node}
-- ARGV: now (ms), prefix of an entry's key, node, boot, seconds a pulse lives, then the pids of the living children
-- Answers {given back, due now, when this node claimed last (ms)}.
local now, prefix, node, boot = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local living = {}
for i = 6, #ARGV do living[ARGV[i]] = true end
local back = 0
local claims = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
for i = 1, #claims, 2 do
  local id, lease = claims[i], tonumber(claims[i + 1])
  local owner = redis.call('HGET', prefix .. id, 'owner')
  local its_node, its_boot, its_pid = string.match(owner or '', '^(.*)/([^/]*)/([^/]*)$')
  local dead = its_node == node and (its_boot ~= boot or not living[its_pid])
  if not owner or lease <= now or dead then
    redis.call('ZREM', KEYS[4], id)
    -- No owner: settled or lost meanwhile; there is nothing to give back.
    if owner then
      redis.call('HDEL', prefix .. id, 'owner')
      redis.call('ZADD', KEYS[1], now, id)
      back = back + 1
    end
  end
end
redis.call('HSET', KEYS[6], 'boot', boot, 'beat_at', ARGV[1])
redis.call('EXPIRE', KEYS[6], ARGV[5])
local claimed_at = tonumber(redis.call('HGET', KEYS[6], 'claimed_at') or '0')
if now < tonumber(redis.call('HGET', KEYS[5], 'until') or '0') then return {back, 0, claimed_at} end
local due = redis.call('ZCOUNT', KEYS[1], '-inf', now) + redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
return {back, due, claimed_at}
