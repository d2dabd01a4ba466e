-- Claims what waits: one raw article alone from the retries, else a batch of one lane.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed, inbox:turn, inbox:hold, worker:{node}
-- ARGV: now (ms, or empty for the server's clock), length of the lease (ms), most articles, most bytes, owner, prefix of
--       an entry's key, seconds a pulse lives
-- Answers {held for so long (ms) or 0, alone (1) or batch (0), id, tries, accepted, meta, body, id, ...}.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local lease, most, most_bytes, owner, prefix =
  now + tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6]
-- The pulse: this child consumes, whether or not there is something to claim. EXPIRE first: a Redis that is full allows
-- it, and allows the rest after it.
redis.call('EXPIRE', KEYS[7], ARGV[7])
redis.call('HSET', KEYS[7], 'claimed_at', now)
local hold = redis.call('HMGET', KEYS[6], 'until', 'seconds')
local left = tonumber(hold[1] or '0') - now
-- A hold that seems longer than it was made is one that a clock set back has left behind.
if left > 0 and left <= tonumber(hold[2] or '0') * 1000 then return {left, 0} end
local turn = redis.call('INCR', KEYS[5])
local live, backfill = redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3])

local answer = {0, 0}
local function take(from, id, alone)
  redis.call('ZREM', from, id)
  local key = prefix .. id
  -- An id without an entry was settled by another hand: it is dropped.
  if redis.call('EXISTS', key) == 0 then return 0 end
  redis.call('ZADD', KEYS[4], lease, id)
  redis.call('HSET', key, 'owner', owner)
  -- A try counts only when the article is alone: a batch says nothing about any one of its articles.
  local tries = alone and redis.call('HINCRBY', key, 'tries', 1) or tonumber(redis.call('HGET', key, 'tries') or '0')
  local fields = redis.call('HMGET', key, 'accepted', 'meta', 'body')
  for _, value in ipairs({id, tries, fields[1] or '0', fields[2] or '', fields[3] or ''}) do
    answer[#answer + 1] = value
  end
  return #(fields[3] or '')
end

-- While fresh articles wait, the retries get every second turn at most.
if turn % 2 == 1 or live + backfill == 0 then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, most)) do
    take(KEYS[1], id, true)
    if #answer > 2 then
      answer[2] = 1
      return answer
    end
  end
end
-- Live goes first; every eighth turn backfill does, so that it never starves.
local lane = KEYS[2]
if live == 0 or (turn % 8 == 0 and backfill > 0) then lane = KEYS[3] end
local bytes = 0
for _, id in ipairs(redis.call('ZRANGE', lane, 0, most - 1)) do
  bytes = bytes + take(lane, id, false)
  if bytes >= most_bytes then break end
end
return answer
