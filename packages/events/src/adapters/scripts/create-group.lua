-- ARGV: types. Returns 1 if the group is new; the keys that a lost group left behind are deleted then.
redis.call('DEL', types)
if #ARGV > 2 then redis.call('SADD', types, unpack(ARGV, 3)) end
local created = redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
if created.err then
  if string.find(created.err, 'BUSYGROUP') then return 0 end
  return created
end
redis.call('DEL', queue, due)
-- A new group starts with what the stream holds. If the stream has lost its beginning, the publisher has more.
local info = redis.call('XINFO', 'STREAM', stream)
local added = field(info, 'entries-added')
if added == '' or added > field(info, 'length') then askForResend(resend, 0, group) end
return 1
