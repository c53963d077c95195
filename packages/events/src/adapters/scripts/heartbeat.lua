-- ARGV: ids being handled. Resets their idle time; returns those that this consumer no longer owns.
local lost = {}
for i = 3, #ARGV do
  if isMine(ARGV[i]) then
    redis.call('XCLAIM', stream, group, consumer, 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
