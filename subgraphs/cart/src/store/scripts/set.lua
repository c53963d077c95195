-- ARGV: lifetime, product, units, units in stock ('' if unknown), snapshot ('' if unknown).
-- Lowering the quantity is always possible; raising it requires the stock.
local id, quantity, stock = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if not isOpen() then return answer('no-cart') end
local line = read('l', id)
if not line then return answer('no-line') end
if quantity > line.quantity then
  if not stock then return answer('unknown-stock', line.quantity) end
  if quantity > stock then return answer('over-stock', line.quantity) end
end
local snapshot = ARGV[5] ~= '' and cjson.decode(ARGV[5]) or line
snapshot.quantity = quantity
snapshot.position = line.position
write('l', id, snapshot)
return changed(quantity)
