-- ARGV: lifetime, maximum of lines, maximum of units of a line, product, units in stock, snapshot.
-- The number in the answer is how many units were requested.
local id, snapshot = ARGV[4], cjson.decode(ARGV[6])
if not isOpen() then return answer('no-cart') end
local line, saved = read('l', id), read('s', id)
if not saved then return answer('no-line') end
if not line and #all('l') >= tonumber(ARGV[2]) then return answer('full') end
local currency = otherCurrency(id)
if currency and currency ~= snapshot.currency then return answer('other-currency') end
local held = line and line.quantity or 0
local asked = held + saved.quantity
local quantity = math.min(asked, tonumber(ARGV[3]), tonumber(ARGV[5]))
if quantity <= held then return answer(held < tonumber(ARGV[3]) and 'over-stock' or 'over-limit', held) end
snapshot.quantity = quantity
snapshot.position = line and line.position or nextPosition()
drop('s', id)
write('l', id, snapshot)
return changed(asked)
