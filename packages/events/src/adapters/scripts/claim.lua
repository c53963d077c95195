-- ARGV: idle ms after which an owner counts as dead, cursor, count. Returns the next cursor and how many can run now.
local claimed = redis.call('XAUTOCLAIM', stream, group, consumer, ARGV[3], ARGV[4], 'COUNT', ARGV[5], 'JUSTID')
local ready = 0
for _, id in ipairs(claimed[2]) do
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if not entry then
    redis.call('XACK', stream, group, id)
  else
    local key = keyOfEntry(id, entry[2])
    local member = memberOf(key, id)
    redis.call('ZADD', queue, 0, member)
    if head(key) == member and not redis.call('ZSCORE', due, member) then
      redis.call('ZADD', due, now, member)
      ready = ready + 1
    end
  end
end
return { claimed[1], ready }
