-- KEYS: the cart, the mark that this request was carried out.
-- ARGV: lifetime, '1' if the cart may be created, maximum of lines, maximum of units of a line, product, units, units in stock,
-- snapshot, the content of the request ('' if it has no idempotency key), the lifetime of the mark in ms.
local request = ARGV[9]
local earlier = request ~= '' and redis.call('GET', KEYS[2])
if earlier then
  if earlier ~= request then return answer('key-reused') end
  return answer(isOpen() and 'done' or 'no-cart')
end
local maxLines, maxQuantity, id = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local snapshot = cjson.decode(ARGV[8])
if ARGV[2] ~= '1' and not isOpen() then return answer('no-cart') end
local line = read('l', id)
local held = line and line.quantity or 0
local quantity = held + tonumber(ARGV[6])
if quantity > maxQuantity then return answer('over-limit', held) end
if quantity > tonumber(ARGV[7]) then return answer('over-stock', held) end
if not line and #all('l') >= maxLines then return answer('full') end
local currency = otherCurrency(id)
if currency and currency ~= snapshot.currency then return answer('other-currency') end
snapshot.quantity = quantity
snapshot.position = line and line.position or nextPosition()
write('l', id, snapshot)
if request ~= '' then redis.call('SET', KEYS[2], request, 'PX', ARGV[10]) end
return changed(quantity)
