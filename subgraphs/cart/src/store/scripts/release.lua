-- ARGV: lifetime, the order id of the claim to end. The lines stay as they are.
if redis.call('EXISTS', cart) == 0 then return answer('no-cart') end
redis.call('HDEL', cart, 'c:' .. ARGV[2])
return answer('done')
