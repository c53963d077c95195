-- KEYS: stream, mark. ARGV: '', '', the publisher's last mark, then type, key and event of each. In place of the mark: '' if it
-- is not to be compared, 'again' for what was sent before and gets no mark of its own.
-- Returns 1 and the mark of these events; or 0 and the mark that Redis has, if that is lower: then it has lost earlier events.
-- Redis writes what a script does to its file in one piece, so a crash loses the mark with the events.
local mark, known = KEYS[2], ARGV[3]
local held = tonumber(redis.call('GET', mark) or 0)
if tonumber(known) and held < tonumber(known) then return { 0, held } end
for i = 4, #ARGV, 3 do
  redis.call('XADD', stream, '*', 'type', ARGV[i], 'key', ARGV[i + 1], 'event', ARGV[i + 2])
end
return { 1, known == 'again' and held or redis.call('INCR', mark) }
