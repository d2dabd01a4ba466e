-- Appends events to the stream, in their order and each once, for whoever holds the lease.
-- KEYS: events, events:lease, events:relayed
-- ARGV: token, lease (ms), most events kept, then for each event: seq, id, type, time, data (JSON)
-- Answers how many were new, or -1 when the lease is somebody else's.
-- What died between this and marking the rows in the database is told again, and passed over here by its number.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local last, added = tonumber(redis.call('GET', KEYS[3]) or '0'), 0
for i = 4, #ARGV, 5 do
  local seq = tonumber(ARGV[i])
  if seq > last then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'seq', ARGV[i], 'id', ARGV[i + 1], 'type', ARGV[i + 2],
      'time', ARGV[i + 3], 'data', ARGV[i + 4])
    last, added = seq, added + 1
  end
end
redis.call('SET', KEYS[3], last)
return added
