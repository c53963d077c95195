-- ARGV: lifetime, maximum of saved lines, maximum of units of a line, product.
local id = ARGV[4]
if not isOpen() then return answer('no-cart') end
local line, saved = read('l', id), read('s', id)
if not line then return answer('no-line') end
if not saved and #all('s') >= tonumber(ARGV[2]) then return answer('full') end
line.quantity = math.min(line.quantity + (saved and saved.quantity or 0), tonumber(ARGV[3]))
line.position = saved and saved.position or nextPosition()
drop('l', id)
write('s', id, line)
return changed(line.quantity)
