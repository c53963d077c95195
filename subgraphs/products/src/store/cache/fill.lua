-- Fills a place in the cache only if the filler still holds its lease.
-- KEYS[1] the place; ARGV[1] the lease; ARGV[2] the value; ARGV[3] seconds to keep it.
if redis.call('get', KEYS[1]) == ARGV[1] then
  return redis.call('set', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
return 0
