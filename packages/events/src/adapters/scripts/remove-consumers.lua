-- ARGV: idle ms. Removes the other consumers that have been idle for longer and have no pending entries; with '0', only this
-- consumer.
local removed = 0
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local name = field(info, 'name')
  local isGone = ARGV[3] == '0' and name == consumer or ARGV[3] ~= '0' and name ~= consumer and field(info, 'idle') > tonumber(ARGV[3])
  if isGone and field(info, 'pending') == 0 then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, name)
    removed = removed + 1
  end
end
return removed
