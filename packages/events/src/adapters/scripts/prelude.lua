-- The steps of a consumer group, as scripts, since each must be atomic across processes.
--
-- Redis gives any entry to any consumer of a group, and entries finish in any order. To run the events of one aggregateId in
-- order and never two at a time, a group keeps two sorted sets beside its pending entries:
--
--   queue  every pending entry as <aggregateId>\0<id>, with ids zero-padded, so that only the first member of an aggregateId
--          may run
--   due    members of `queue` that wait for a time (score: epoch ms): retries, and first members that no consumer runs
--
-- So an entry is running at the consumer that owns it in the group's pending list, or is in `due`, or waits behind another one.
-- A third key, `types`, holds the types that the process which subscribed last handles: while versions overlap, a process that
-- does not know a type leaves it to the others.
--
-- KEYS: stream, queue, due, types, dead-letter stream, resend. ARGV: group, consumer, then those of each script.
local stream, queue, due, types, dead, resend = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local group, consumer = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function padded(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 16 - #ms) .. ms .. '-' .. string.rep('0', 20 - #seq) .. seq
end
local function memberOf(key, id) return key .. '\0' .. padded(id) end
local function keyOf(member) return string.sub(member, 1, -39) end
local function idOf(member)
  local ms, seq = string.match(string.sub(member, -37), '^0*(%d+)-0*(%d+)$')
  return ms .. '-' .. seq
end
local function head(key)
  return redis.call('ZRANGEBYLEX', queue, '[' .. key .. '\0', '(' .. key .. '\1', 'LIMIT', 0, 1)[1]
end
local function field(fields, name)
  for i = 1, #fields, 2 do if fields[i] == name then return fields[i + 1] end end
  return ''
end
local function keyOfEntry(id, fields)
  local key = field(fields, 'key')
  if key == '' then return 'entry ' .. id end
  return key
end
local function forget(member)
  redis.call('XACK', stream, group, idOf(member))
  redis.call('ZREM', queue, member)
  redis.call('ZREM', due, member)
end
-- Lets the next entry of this aggregateId run, unless it waits for its time already.
local function release(key)
  local member = head(key)
  if member then redis.call('ZADD', due, 'NX', now, member) end
end
local function isMine(id)
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  return pending and pending[2] == consumer
end
-- Asks the publisher to send again what it sent since an epoch ms, to one group, or to all if that is ''. The earliest request
-- counts.
local function askForResend(key, since, only)
  local before = tonumber(redis.call('HGET', key, only))
  if not before or since < before then redis.call('HSET', key, only, string.format('%.0f', since)) end
end
