-- Accepts raw articles and a feed's state together, or, when the inbox is full, writes nothing and answers -1.
-- KEYS: inbox:bytes, inbox:waiting:{lane}, feed:{id}
-- ARGV: most bytes, accepted at (ms), lane, prefix of an entry's key, number of feed arguments, those (field, value),
--       then id, meta, body for each raw article
-- Answers how many were not in the inbox before.
local most, accepted, lane, prefix, fields = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local first = 6 + fields
local held, coming = tonumber(redis.call('GET', KEYS[1]) or '0'), 0
for i = first, #ARGV, 3 do
  coming = coming + #ARGV[i + 1] + #ARGV[i + 2]
end
-- An empty inbox takes any chunk: one that is larger than the bound would otherwise wait for ever.
if coming > 0 and held > 0 and held + coming > most then return -1 end
local new = 0
for i = first, #ARGV, 3 do
  local id, meta, body = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local key = prefix .. id
  if redis.call('EXISTS', key) == 0 then
    redis.call('HSET', key, 'meta', meta, 'body', body, 'lane', lane, 'accepted', accepted)
    -- The order in which they were handed in holds within the chunk too: a thousandth of a millisecond each.
    redis.call('ZADD', KEYS[2], tonumber(accepted) + new / 1000, id)
    redis.call('INCRBY', KEYS[1], #meta + #body)
    new = new + 1
  end
end
if fields > 0 then redis.call('HSET', KEYS[3], unpack(ARGV, 6, 5 + fields)) end
return new
