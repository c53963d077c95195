-- Returns 0 if the attempt may run, otherwise the ms to wait.
if now - touchedAt > limit then underWay = 0 end
if failures >= free then
  if now < nextAt then return nextAt - now end
  nextAt = now + waitAfter(failures)
elseif failures + underWay >= burst then
  return firstWait
end
underWay = underWay + 1
write()
return 0
