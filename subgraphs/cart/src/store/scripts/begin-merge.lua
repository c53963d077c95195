-- KEYS: the guest's cart. ARGV: lifetime, the user, the version whose products were loaded.
-- Stops further changes, so that nothing is added between reading the cart and deleting it. The same user can repeat it.
local into = redis.call('HGET', cart, 'mergingInto')
if redis.call('EXISTS', cart) == 0 or (into and into ~= ARGV[2]) then return answer('no-cart') end
if redis.call('HGET', cart, 'version') ~= ARGV[3] then return answer('version-changed') end
redis.call('HSET', cart, 'mergingInto', ARGV[2])
return answer('done')
