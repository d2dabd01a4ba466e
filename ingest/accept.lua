-- Accepts raw articles, a feed's state and its events together, or, when the inbox is full, writes nothing and answers -1.
-- KEYS: inbox:bytes, inbox:waiting:{lane}, feed:{id}, events:feeds:seq, events:feeds, inbox:ledger, and all sets that
--       hold the inbox's ids
-- ARGV: most bytes, when they were first handed in (ms, or empty: now), lane, prefix of an entry's key, most events kept, number of feed arguments,
--       number of event arguments, the feed arguments (field, value), the event arguments (id, type, time, data),
--       then id, meta, body for each raw article
-- Answers the ids of those that were not in the inbox before.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, accepted, lane, prefix = tonumber(ARGV[1]), math.min(tonumber(ARGV[2]) or now, now), ARGV[3], ARGV[4]
local fields, events = tonumber(ARGV[6]), tonumber(ARGV[7])
local first = 8 + fields + events
local held, coming = tonumber(redis.call('GET', KEYS[1]) or '0'), 0
for i = first, #ARGV, 3 do
  coming = coming + #ARGV[i + 1] + #ARGV[i + 2]
end
-- An empty inbox takes any chunk: one that is larger than the bound would otherwise wait for ever.
if coming > 0 and held > 0 and held + coming > most then return -1 end
-- A ledger begins with what is there already.
if redis.call('HEXISTS', KEYS[6], 'since') == 0 then
  local there = 0
  for k = 7, #KEYS do there = there + redis.call('ZCARD', KEYS[k]) end
  redis.call('HSET', KEYS[6], 'since', now, 'accepted', there)
end
local new = {}
for i = first, #ARGV, 3 do
  local id, meta, body = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local key = prefix .. id
  if redis.call('EXISTS', key) == 0 then
    redis.call('HSET', key, 'meta', meta, 'body', body, 'lane', lane, 'accepted', accepted)
    -- The order in which they were handed in holds within the chunk too: a thousandth of a millisecond each.
    redis.call('ZADD', KEYS[2], accepted + #new / 1000, id)
    redis.call('INCRBY', KEYS[1], #meta + #body)
    new[#new + 1] = id
  end
end
if #new > 0 then
  redis.call('HINCRBY', KEYS[6], 'accepted', #new)
  redis.call('HSET', KEYS[6], 'most_bytes', ARGV[1])
end
if fields > 0 then redis.call('HSET', KEYS[3], unpack(ARGV, 8, 7 + fields)) end
for i = 8 + fields, first - 1, 4 do
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[5], '*', 'seq', redis.call('INCR', KEYS[4]), 'id', ARGV[i],
    'type', ARGV[i + 1], 'time', ARGV[i + 2], 'data', ARGV[i + 3])
end
return new
