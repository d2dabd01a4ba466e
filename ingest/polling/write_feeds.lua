-- Writes feeds' states. KEYS: feed:{id} ...; ARGV: for each the number of its arguments, and those (field, value).
local at = 1
for _, key in ipairs(KEYS) do
  local count = tonumber(ARGV[at])
  redis.call('HSET', key, unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return #KEYS
