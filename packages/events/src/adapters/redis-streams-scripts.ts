import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * The steps of a consumer group as Lua scripts, since each must be atomic across processes.
 *
 * Redis gives any entry to any consumer of a group, in any order of finishing. To run the events of one
 * aggregateId in order and never two at a time, a group keeps beside its pending entries two sorted sets:
 *
 * - `queue`: every pending entry as `<aggregateId>\0<id>`, ids zero-padded, so that the first member of an
 *   aggregateId is the only one of it that may run;
 * - `due`: members of `queue` that wait for a time (score: epoch ms): retries, and first members that nobody runs.
 *
 * So an entry is either running at the consumer that owns it in the group's pending list, or in `due`, or it
 * stands behind another one. A third key, `types`, holds the types that the process which subscribed last wants: while
 * versions overlap, one that does not know a type leaves it to the others.
 *
 * KEYS: stream, queue, due, types, dead-letter stream. ARGV: group, consumer, then each one's own.
 */
const PRELUDE = `
local stream, queue, due, types, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local group, consumer = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function padded(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 16 - #ms) .. ms .. '-' .. string.rep('0', 20 - #seq) .. seq
end
local function memberOf(key, id) return key .. '\\0' .. padded(id) end
local function keyOf(member) return string.sub(member, 1, -39) end
local function idOf(member)
  local ms, seq = string.match(string.sub(member, -37), '^0*(%d+)-0*(%d+)$')
  return ms .. '-' .. seq
end
local function head(key)
  return redis.call('ZRANGEBYLEX', queue, '[' .. key .. '\\0', '(' .. key .. '\\1', 'LIMIT', 0, 1)[1]
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
-- The next one of this aggregateId may run, unless it waits for its time already.
local function release(key)
  local member = head(key)
  if member then redis.call('ZADD', due, 'NX', now, member) end
end
local function isMine(id)
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  return pending and pending[2] == consumer
end
`;

const TAKE = `
-- First acknowledges: what stood behind those handled may be among what is taken then.
-- ARGV: most entries to take; how many were handled, id and key of each; how many others this consumer has in hand, the
-- key of each; the types wanted.
-- Gives: 1 if there is nothing more to read, the stream's last id, ms to the next due one or -1, entries, the keys of
-- those in hand (the entries given included) behind which another one waits, the ids of those handled that no longer
-- belong to this consumer.
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
local inHand = {}
for _ = 1, tonumber(nextArgument()) do inHand[#inHand + 1] = nextArgument() end
local wanted = {}
for i = at, #ARGV do wanted[ARGV[i]] = true end
local taken = {}
local function add(id, fields, attempts)
  local key = keyOfEntry(id, fields)
  taken[#taken + 1] = { id, key, field(fields, 'event'), attempts }
  inHand[#inHand + 1] = key
end

-- 'mine', 'others' if only newer processes of this group know its type, or nil if it is nobody's business here.
local function businessOf(fields)
  local type, only = field(fields, 'type'), field(fields, 'only')
  if only ~= '' and only ~= group then return nil end
  if type == '' or wanted[type] then return 'mine' end
  if redis.call('SISMEMBER', types, type) == 1 then return 'others' end
  return only == group and 'mine' or nil
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, count)) do
  local id = idOf(member)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if entry and businessOf(entry[2]) == 'others' then
    redis.call('ZADD', due, now + 500, member)
  else
    local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
    if entry and pending then
      local attempts = pending[4] + 1
      redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', attempts, 'JUSTID')
      redis.call('ZREM', due, member)
      add(id, entry[2], attempts)
    else -- Trimmed by age before anybody could handle it.
      forget(member)
      release(keyOf(member))
    end
  end
end

local drained = 0
-- Bounded, since a script holds up everybody else.
for _ = 1, 50 do
  if #taken >= count then break end
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count - #taken, 'STREAMS', stream, '>')
  if not read then drained = 1 break end
  for _, entry in ipairs(read[1][2]) do
    local id, fields = entry[1], entry[2]
    local business = businessOf(fields)
    if not business then
      redis.call('XACK', stream, group, id)
    else
      local key = keyOfEntry(id, fields)
      local member = memberOf(key, id)
      redis.call('ZADD', queue, 0, member)
      local isFirst = head(key) == member
      if isFirst and business == 'mine' then
        add(id, fields, 1)
      else -- Read, not tried: its first attempt is still to come.
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
for _, key in ipairs(inHand) do
  if redis.call('ZRANGEBYLEX', queue, '[' .. key .. '\\0', '(' .. key .. '\\1', 'LIMIT', 1, 1)[1] then
    followed[#followed + 1] = key
  end
end
return { drained, last, wait, taken, followed, lost }
`;

const SETTLE = `
-- ARGV: id, key, 'retry' | 'dead', then ms to wait or the dead letter's fields and values.
-- Gives -1 if this consumer no longer owns the entry.
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
`;

const HEARTBEAT = `
-- ARGV: ids being handled. Resets their idle time; gives those that are no longer this consumer's.
local lost = {}
for i = 3, #ARGV do
  if isMine(ARGV[i]) then
    redis.call('XCLAIM', stream, group, consumer, 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
`;

const CLAIM = `
-- ARGV: idle ms after which an owner counts as dead, cursor, count. Gives the next cursor and how many may run now.
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
`;

const CREATE_GROUP = `
-- ARGV: types. Gives 1 if the group was not there: what a lost one left behind would mislead its successor.
redis.call('DEL', types)
if #ARGV > 2 then redis.call('SADD', types, unpack(ARGV, 3)) end
local created = redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
if created.err then
  if string.find(created.err, 'BUSYGROUP') then return 0 end
  return created
end
redis.call('DEL', queue, due)
return 1
`;

const REMOVE_CONSUMERS = `
-- ARGV: idle ms. Removes consumers without pending entries that have been idle so long; with '0', only oneself.
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
`;

const TRIM = `
-- ARGV: keep at least this many ms, keep at most this many ms.
-- Gives how many were removed and the groups that had not yet handled some of them.
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
`;

const REPLAY = `
-- ARGV: dead letter's id. Gives 1, 0 if there is none, or an error if its consumer has no group here.
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
`;

export interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(body: string): Script {
  const text = PRELUDE + body;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export const SCRIPTS = {
  take: script(TAKE),
  settle: script(SETTLE),
  heartbeat: script(HEARTBEAT),
  claim: script(CLAIM),
  createGroup: script(CREATE_GROUP),
  removeConsumers: script(REMOVE_CONSUMERS),
  trim: script(TRIM),
  replay: script(REPLAY),
} as const;

/** Runs a script, loading it into a Redis that does not know it (a new, restarted or failed-over one). */
export async function runScript(
  client: Redis | Cluster,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!String(error).includes('NOSCRIPT')) throw error;
    return client.eval(text, keys.length, ...keys, ...args);
  }
}
