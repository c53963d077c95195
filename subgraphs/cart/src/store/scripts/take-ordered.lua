-- KEYS: the cart, the mark that this order was taken out, the mark that earlier versions set for its event.
-- ARGV: lifetime, the marks' lifetime in ms, the order, then product, pieces, …
-- Takes out what was ordered and leaves what was added since. The cart's expiry stays: its holder did not come by.
if redis.call('HEXISTS', cart, 'mergingInto') == 1 then return answer('merging') end
-- The mark comes first: repeated after the cart came back to life, the event must not take from the new one.
local isFirst = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2])
if redis.call('EXISTS', cart) == 0 then return answer('no-cart') end
local orderId = ARGV[3]
local claim = read('c', orderId)
redis.call('HDEL', cart, 'c:' .. orderId)
if not isFirst or redis.call('EXISTS', KEYS[3]) == 1 then return answer('repeated') end
local taken = 0
for i = 4, #ARGV, 2 do
  local id, pieces = ARGV[i], tonumber(ARGV[i + 1])
  -- Of an order with a claim, only the pieces that were in the cart then and still are. Orders of earlier versions have none.
  if claim then pieces = math.min(pieces, claim.lines[id] or 0) end
  local line = read('l', id)
  if line and pieces > 0 then
    taken = taken + math.min(pieces, line.quantity)
    line.quantity = line.quantity - pieces
    if line.quantity > 0 then write('l', id, line) else drop('l', id) end
  end
end
if taken > 0 then newVersion() end
local ordered = { orderId = orderId, holder = claim and claim.holder or '', version = redis.call('HGET', cart, 'version') }
redis.call('HSET', cart, 'ordered', cjson.encode(ordered))
return answer('done', taken)
