-- ARGV: the dead letter's id. Returns 1, 0 if there is no such letter, or an error if its consumer has no group.
local entry = redis.call('XRANGE', dead, ARGV[3], ARGV[3])[1]
if not entry then return 0 end
local fields = entry[2]
local name = field(fields, 'consumer')
local known = false
for _, info in ipairs(redis.call('EXISTS', stream) == 1 and redis.call('XINFO', 'GROUPS', stream) or {}) do
  if field(info, 'name') == name then known = true end
end
if not known then return redis.error_reply('NOCONSUMER ' .. name) end
local again = { 'event', field(fields, 'event'), 'only', name }
for _, one in ipairs({ 'type', 'key' }) do
  local value = field(fields, one)
  if value ~= '' then again[#again + 1] = one again[#again + 1] = value end
end
redis.call('XADD', stream, '*', unpack(again))
redis.call('XDEL', dead, ARGV[3])
return 1
