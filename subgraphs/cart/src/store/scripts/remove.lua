-- ARGV: lifetime, 'l' or 's', product.
if not isOpen() then return answer('no-cart') end
return changed(drop(ARGV[2], ARGV[3]))
