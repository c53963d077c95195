-- KEYS: the cart, the mark that this order was removed, the mark that older versions set for its event.
-- ARGV: lifetime, the lifetime of the marks in ms, the order, then product, units, …
-- Removes what was ordered and keeps what was added since. The expiry stays, since the holder did not use the cart.
if redis.call('HEXISTS', cart, 'mergingInto') == 1 then return answer('merging') end
-- The mark is set first: if the cart expires and starts again, a repeated event must not take from the new one.
local isFirst = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2])
if redis.call('EXISTS', cart) == 0 then return answer('no-cart') end
local orderId = ARGV[3]
local claim = read('c', orderId)
redis.call('HDEL', cart, 'c:' .. orderId)
if not isFirst or redis.call('EXISTS', KEYS[3]) == 1 then return answer('repeated') end
local taken = 0
for i = 4, #ARGV, 2 do
  local id, units = ARGV[i], tonumber(ARGV[i + 1])
  -- With a claim, only the units that were in the cart then and still are. Orders of older versions have no claim.
  if claim then units = math.min(units, claim.lines[id] or 0) end
  local line = read('l', id)
  if line and units > 0 then
    taken = taken + math.min(units, line.quantity)
    line.quantity = line.quantity - units
    if line.quantity > 0 then write('l', id, line) else drop('l', id) end
  end
end
if taken > 0 then
  newVersion()
  -- The order has used it.
  redis.call('HDEL', cart, 'coupon')
end
local ordered = { orderId = orderId, holder = claim and claim.holder or '', version = redis.call('HGET', cart, 'version') }
redis.call('HSET', cart, 'ordered', cjson.encode(ordered))
return answer('done', taken)
