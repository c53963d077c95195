-- KEYS: mark, resend. ARGV: '', '', the publisher's last mark, the request that was carried out ('' if there was none).
-- Returns the new mark. A request that came later stays.
local mark = KEYS[1]
redis.call('SET', mark, string.format('%.0f', math.max(tonumber(redis.call('GET', mark) or 0), tonumber(ARGV[3])) + 1))
if redis.call('GET', KEYS[2]) == ARGV[4] then redis.call('DEL', KEYS[2]) end
return tonumber(redis.call('GET', mark))
