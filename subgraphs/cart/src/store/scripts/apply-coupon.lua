-- ARGV: lifetime, the code of the coupon. A cart has one coupon at most.
if not isOpen() then return answer('no-cart') end
local held = redis.call('HGET', cart, 'coupon')
if held and held ~= ARGV[2] then return answer('other-coupon') end
redis.call('HSET', cart, 'coupon', ARGV[2])
return changed()
