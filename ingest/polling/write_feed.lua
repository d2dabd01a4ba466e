-- Writes fields of a feed's state and tells its events, each with the next number, in one step.
-- KEYS: feed:{id}, events:feeds:seq, events:feeds
-- ARGV: most events kept, number of field arguments, those (field, value), then for each event: id, type, time, data
local fields = tonumber(ARGV[2])
if fields > 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 3, 2 + fields)) end
for i = 3 + fields, #ARGV, 4 do
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[1], '*', 'seq', redis.call('INCR', KEYS[2]), 'id', ARGV[i],
    'type', ARGV[i + 1], 'time', ARGV[i + 2], 'data', ARGV[i + 3])
end
