-- Acknowledges entries, then takes more. In this order, since an entry that waited behind an acknowledged one may be taken.
-- ARGV: most entries to take; how many were handled, then id and key of each; how many others this consumer is running, then
-- the key of each; the types that it handles.
-- Returns: 1 if there is nothing more to read; the stream's last id; ms to the next due entry, or -1; the entries taken; the
-- keys of running entries (including those taken) behind which another entry waits; the ids of handled entries that this
-- consumer no longer owned.
local count = tonumber(ARGV[3])
local at = 4
local function nextArgument() at = at + 1 return ARGV[at - 1] end
local lost = {}
for _ = 1, tonumber(nextArgument()) do
  local id, key = nextArgument(), nextArgument()
  if isMine(id) then
    forget(memberOf(key, id))
    release(key)
  else
    lost[#lost + 1] = id
  end
end
local running = {}
for _ = 1, tonumber(nextArgument()) do running[#running + 1] = nextArgument() end
local wanted = {}
for i = at, #ARGV do wanted[ARGV[i]] = true end
local taken = {}
local function add(id, fields, attempts)
  local key = keyOfEntry(id, fields)
  taken[#taken + 1] = { id, key, field(fields, 'event'), attempts }
  running[#running + 1] = key
end

-- 'mine', 'others' if only newer processes of this group know its type, or nil if this group does not handle it.
local function whoHandles(fields)
  local type, only = field(fields, 'type'), field(fields, 'only')
  if only ~= '' and only ~= group then return nil end
  if type == '' or wanted[type] then return 'mine' end
  if redis.call('SISMEMBER', types, type) == 1 then return 'others' end
  return only == group and 'mine' or nil
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, count)) do
  local id = idOf(member)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if entry and whoHandles(entry[2]) == 'others' then
    redis.call('ZADD', due, now + 500, member)
  else
    local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
    if entry and pending then
      local attempts = pending[4] + 1
      redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', attempts, 'JUSTID')
      redis.call('ZREM', due, member)
      add(id, entry[2], attempts)
    else -- Trimmed by age before any consumer handled it.
      forget(member)
      release(keyOf(member))
    end
  end
end

local drained = 0
-- Bounded, since a script blocks all other clients.
for _ = 1, 50 do
  if #taken >= count then break end
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count - #taken, 'STREAMS', stream, '>')
  if not read then drained = 1 break end
  for _, entry in ipairs(read[1][2]) do
    local id, fields = entry[1], entry[2]
    local handler = whoHandles(fields)
    if not handler then
      redis.call('XACK', stream, group, id)
    else
      local key = keyOfEntry(id, fields)
      local member = memberOf(key, id)
      redis.call('ZADD', queue, 0, member)
      local isFirst = head(key) == member
      if isFirst and handler == 'mine' then
        add(id, fields, 1)
      else -- Read but not tried: its first attempt is still to come.
        redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', 0, 'JUSTID')
        if isFirst then redis.call('ZADD', due, now, member) end
      end
    end
  end
end

local last = ''
if drained == 1 then last = field(redis.call('XINFO', 'STREAM', stream), 'last-generated-id') end
local wait = -1
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
if first[2] then wait = math.max(0, tonumber(first[2]) - now) end
local followed = {}
for _, key in ipairs(running) do
  if redis.call('ZRANGEBYLEX', queue, '[' .. key .. '\0', '(' .. key .. '\1', 'LIMIT', 1, 1)[1] then
    followed[#followed + 1] = key
  end
end
return { drained, last, wait, taken, followed, lost }
