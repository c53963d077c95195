-- KEYS: the guest's cart. ARGV: lifetime, the user.
if redis.call('HGET', cart, 'mergingInto') == ARGV[2] then redis.call('DEL', cart) end
return answer('done')
