-- Settles raw articles: out of the inbox, and a receipt for whoever waits.
-- KEYS: inbox:retry, inbox:waiting:live, inbox:waiting:backfill, inbox:claimed, inbox:bytes, receipts, worker:{node},
--       inbox:hold, inbox:ledger, metrics:parses
-- ARGV: now (ms, or empty for the server's clock), prefix of an entry's key, most receipts kept, receipts (JSON),
--       seconds a pulse lives, what is added to metrics:parses (JSON), then the ids
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Deleting comes first: that alone a Redis that is full allows, and it makes room for the rest.
local there = 0
for k = 1, 4 do there = there + redis.call('ZCARD', KEYS[k]) end
local outcomes, counts = cjson.decode(ARGV[4]), {}
local gone = 0
for i = 7, #ARGV do
  local key = ARGV[2] .. ARGV[i]
  gone = gone + redis.call('HSTRLEN', key, 'meta') + redis.call('HSTRLEN', key, 'body')
  -- Each entry is counted once, however often it is settled: as what it became, or as known before.
  if redis.call('DEL', key) == 1 then
    local outcome = outcomes[ARGV[i]]
    local name = outcome.settled
    if outcome.again and name ~= 'quarantined' then name = 'duplicate' end
    counts[name] = (counts[name] or 0) + 1
  end
  for k = 1, 4 do redis.call('ZREM', KEYS[k], ARGV[i]) end
end
if gone > 0 then redis.call('DECRBY', KEYS[5], gone) end
redis.call('DEL', KEYS[8])
-- A ledger begins with what was there already.
if next(counts) and redis.call('HEXISTS', KEYS[9], 'since') == 0 then
  redis.call('HSET', KEYS[9], 'since', now, 'accepted', there)
end
for name, count in pairs(counts) do redis.call('HINCRBY', KEYS[9], name, count) end
for name, count in pairs(cjson.decode(ARGV[6])) do redis.call('HINCRBY', KEYS[10], name, count) end
redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[3], '*', 'receipts', ARGV[4])
redis.call('HSET', KEYS[7], 'settled_at', now)
redis.call('HINCRBY', KEYS[7], 'settled', #ARGV - 6)
redis.call('EXPIRE', KEYS[7], ARGV[5])
return gone
