-- ARGV: lifetime, the code of the coupon.
if not isOpen() then return answer('no-cart') end
if redis.call('HGET', cart, 'coupon') == ARGV[2] then redis.call('HDEL', cart, 'coupon') end
return changed()
