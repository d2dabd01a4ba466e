-- Compares claims with who lives: what nobody works on any more goes back, to be tried alone. A comparison, no guess.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed, inbox:hold, worker:{node}
-- ARGV: now (ms, or empty for the server's clock), prefix of an entry's key, node, boot, seconds a pulse lives,
--       longest lease (ms), longest pause before a retry (ms), then the pids of the living children
-- Answers {given back, due now, when this node claimed last (ms), now (ms), 1 when the node's name is another's}.
-- A boot is `lineage.life`: lives of one lineage follow each other, so that an earlier one is over for certain.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local prefix, node, boot, longest_lease, longest_pause = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[6]), tonumber(ARGV[7])
-- First: a Redis that is full allows it, and then allows the rest.
redis.call('EXPIRE', KEYS[6], ARGV[5])
local pulse = {}
local fields = redis.call('HGETALL', KEYS[6])
for i = 1, #fields, 2 do pulse[fields[i]] = fields[i + 1] end
local since = tonumber(pulse['since:' .. boot] or now)

-- Of another lineage, and swept a moment ago: a worker that was given our name. What it claimed is not ours to take.
local function lives(other)
  local silent = now - tonumber(pulse['beat:' .. other] or '0')
  return other ~= boot and string.match(other, '^[^.]*') ~= string.match(boot, '^[^.]*')
    and silent >= 0 and silent < 5000
end
local taken = 0
for field, beat in pairs(pulse) do
  local other = string.match(field, '^beat:(.*)$')
  if other and other ~= boot then
    local began = tonumber(pulse['since:' .. other] or '0')
    -- It was there before us, and it has swept since we are here.
    if lives(other) and began <= since and tonumber(beat) > since then taken = 1 end
    if not lives(other) then redis.call('HDEL', KEYS[6], field, 'since:' .. other) end
  end
end

local living = {}
for i = 8, #ARGV do living[ARGV[i]] = true end
local back = 0
local claims = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
for i = 1, #claims, 2 do
  local id, lease = claims[i], tonumber(claims[i + 1])
  local owner = redis.call('HGET', prefix .. id, 'owner')
  local its_node, its_boot, its_pid = string.match(owner or '', '^(.*)/([^/]*)/([^/]*)$')
  local dead = its_node == node and not lives(its_boot) and (its_boot ~= boot or not living[its_pid])
  if not owner or lease <= now or dead then
    redis.call('ZREM', KEYS[4], id)
    -- No owner: settled or lost meanwhile; there is nothing to give back.
    if owner then
      redis.call('HDEL', prefix .. id, 'owner')
      redis.call('ZADD', KEYS[1], now, id)
      back = back + 1
    end
  elseif lease > now + longest_lease then
    redis.call('ZADD', KEYS[4], now + longest_lease, id)
  end
end
-- A clock that was set back leaves times behind that nothing of ours can have made: they become now, in their order.
for k, most in ipairs({now + longest_pause, now + 1000, now + 1000}) do
  for i, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[k], '(' .. most, '+inf', 'LIMIT', 0, 1000)) do
    redis.call('ZADD', KEYS[k], now + i / 1000, id)
  end
end
redis.call('HSET', KEYS[6], 'boot', boot, 'beat_at', now, 'beat:' .. boot, now, 'since:' .. boot, since)
local claimed_at = tonumber(redis.call('HGET', KEYS[6], 'claimed_at') or '0')
local hold = redis.call('HMGET', KEYS[5], 'until', 'seconds')
local left = tonumber(hold[1] or '0') - now
if left > 0 and left <= tonumber(hold[2] or '0') * 1000 then return {back, 0, claimed_at, now, taken} end
local due = redis.call('ZCOUNT', KEYS[1], '-inf', now) + redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3])
return {back, due, claimed_at, now, taken}
