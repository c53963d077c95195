-- ARGV: lifetime, '1' to renew the expiry.
if not isOpen() then return answer('no-cart') end
if ARGV[2] == '1' then renew() end
return answer('done')
