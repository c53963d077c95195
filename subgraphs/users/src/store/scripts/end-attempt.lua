-- ARGV[7]: the outcome; ARGV[8]: '1' if success clears the failures.
local outcome, resetsOnSuccess = ARGV[7], ARGV[8] == '1'
underWay = math.max(0, underWay - 1)
if outcome == 'failed' then
  failures = failures + 1
  nextAt = math.max(nextAt, now + waitAfter(failures))
elseif outcome == 'succeeded' and resetsOnSuccess then
  failures, nextAt = 0, 0
end
if failures == 0 and underWay == 0 then
  redis.call('DEL', KEYS[1])
else
  write()
end
return 0
