-- KEYS: stream, mark. ARGV: '', '', the publisher's last mark ('' if it is not to be compared), then type, key and event of each.
-- Returns 1 and the mark of these events; or 0 and the mark that Redis has, if that is lower: then it has lost earlier events.
-- Redis writes what a script does to its file in one piece, so a crash loses the mark with the events.
local mark = KEYS[2]
local held = tonumber(redis.call('GET', mark) or 0)
if ARGV[3] ~= '' and held < tonumber(ARGV[3]) then return { 0, held } end
for i = 4, #ARGV, 3 do
  redis.call('XADD', stream, '*', 'type', ARGV[i], 'key', ARGV[i + 1], 'event', ARGV[i + 2])
end
return { 1, redis.call('INCR', mark) }
