-- Writes fields of a feed's state and tells its events, each with the next number, in one step.
-- KEYS: feed:{id}, feed_events_seq, feed_events
-- ARGV: most events kept, number of field arguments, those (field, value), then the events
local fields = tonumber(ARGV[2])
if fields > 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 3, 2 + fields)) end
for i = 3 + fields, #ARGV do
  local seq = redis.call('INCR', KEYS[2])
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[1], '*', 'seq', seq, 'event', ARGV[i])
end
