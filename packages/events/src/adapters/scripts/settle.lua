-- ARGV: id, key, 'retry' | 'dead', then ms to wait or the dead letter's fields and values.
-- Returns -1 if this consumer no longer owns the entry.
local id, key, outcome = ARGV[3], ARGV[4], ARGV[5]
if not isMine(id) then return -1 end
local member = memberOf(key, id)
if outcome == 'retry' then
  redis.call('ZADD', due, now + tonumber(ARGV[6]), member)
  return 0
end
redis.call('XADD', dead, '*', unpack(ARGV, 6))
forget(member)
release(key)
return 0
