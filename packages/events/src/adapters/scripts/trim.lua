-- ARGV: keep at least this many ms, keep at most this many ms.
-- Returns how many were removed, and the groups that had not handled all of them.
local keepFrom = now - tonumber(ARGV[3]) .. '-0'
local oldest = now - tonumber(ARGV[4]) .. '-0'
local first = keepFrom
local needed = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local from = field(info, 'last-delivered-id')
  local unhandled = '(' .. from
  if field(info, 'pending') > 0 then
    from = redis.call('XPENDING', stream, field(info, 'name'), '-', '+', 1)[1][1]
    unhandled = from
  end
  needed[#needed + 1] = { field(info, 'name'), unhandled }
  if padded(from) < padded(first) then first = from end
end
local late = {}
if padded(first) < padded(oldest) then
  first = oldest
  for _, need in ipairs(needed) do
    if redis.call('XRANGE', stream, need[2], '(' .. first, 'COUNT', 1)[1] then late[#late + 1] = need[1] end
  end
end
return { redis.call('XTRIM', stream, 'MINID', first), late }
