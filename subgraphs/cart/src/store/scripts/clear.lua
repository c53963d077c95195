-- ARGV: lifetime.
if not isOpen() then return answer('no-cart') end
for _, id in ipairs(all('l')) do drop('l', id) end
return changed()
