-- One counter of failed attempts, a hash at KEYS[1]. The same rules as domain/login-throttle.ts; one contract test covers both.
-- ARGV: free, burst, first wait, longest wait, forget, limit of an attempt (the times in ms).
local free, burst, firstWait, longestWait, forget, limit =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'failures', 'underWay', 'nextAt', 'touchedAt')
local failures, underWay = tonumber(row[1] or 0), tonumber(row[2] or 0)
local nextAt, touchedAt = tonumber(row[3] or 0), tonumber(row[4] or 0)

local function waitAfter(count)
  if count < free then return 0 end
  return math.min(longestWait, firstWait * 2 ^ math.min(30, count - free))
end

local function write()
  redis.call('HSET', KEYS[1], 'failures', failures, 'underWay', underWay,
    'nextAt', string.format('%.0f', nextAt), 'touchedAt', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], forget)
end
