-- Lets nobody claim for a while after an outage, each time for twice as long as the time before.
-- KEYS: inbox:hold
-- ARGV: now (ms, or empty for the server's clock), least and most seconds
-- Answers the seconds that are left. Of many children that meet one outage only the first doubles them.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- First: a Redis that is full allows it, and then allows the rest.
redis.call('EXPIRE', KEYS[1], 3600)
local hold = redis.call('HMGET', KEYS[1], 'until', 'seconds')
local left, seconds = tonumber(hold[1] or '0') - now, tonumber(hold[2] or '0')
if left <= 0 or left > seconds * 1000 then
  seconds = math.min(math.max(2 * seconds, tonumber(ARGV[2])), tonumber(ARGV[3]))
  left = seconds * 1000
  redis.call('HSET', KEYS[1], 'until', now + left, 'seconds', seconds)
end
return math.ceil(left / 1000)
