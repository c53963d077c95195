-- KEYS: stream, the types of the only group that gets the events. ARGV: '', '', that group ('' for all), then type, key and event
-- of each.
local only = ARGV[3]
for i = 4, #ARGV, 3 do
  local entry = { 'type', ARGV[i], 'key', ARGV[i + 1], 'event', ARGV[i + 2] }
  if only == '' then
    redis.call('XADD', stream, '*', unpack(entry))
  elseif redis.call('SISMEMBER', KEYS[2], ARGV[i]) == 1 then
    redis.call('XADD', stream, '*', 'only', only, unpack(entry))
  end
end
