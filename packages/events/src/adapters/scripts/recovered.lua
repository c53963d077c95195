-- KEYS: mark, resend. ARGV: '', '', the publisher's last mark, then group and time of the request that was carried out, if any.
-- Returns the new mark. A request for more that came later stays.
local mark = KEYS[1]
redis.call('SET', mark, string.format('%.0f', math.max(tonumber(redis.call('GET', mark) or 0), tonumber(ARGV[3])) + 1))
if ARGV[5] and redis.call('HGET', KEYS[2], ARGV[4]) == ARGV[5] then redis.call('HDEL', KEYS[2], ARGV[4]) end
return tonumber(redis.call('GET', mark))
