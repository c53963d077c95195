-- KEYS: the cart, the mark that this event was handled. ARGV: lifetime, the mark's lifetime in ms, then product, pieces, …
-- Takes out what was ordered and leaves what was added since. The cart's expiry stays: its holder did not come by.
if redis.call('HEXISTS', cart, 'mergingInto') == 1 then return answer('merging') end
-- The mark comes first: repeated after the cart came back to life, the event must not take from the new one.
local isFirst = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2])
if redis.call('EXISTS', cart) == 0 then return answer('no-cart') end
if not isFirst then return answer('repeated') end
local taken = 0
for i = 3, #ARGV, 2 do
  local id, ordered = ARGV[i], tonumber(ARGV[i + 1])
  local line = read('l', id)
  if line then
    taken = taken + math.min(ordered, line.quantity)
    line.quantity = line.quantity - ordered
    if line.quantity > 0 then write('l', id, line) else drop('l', id) end
  end
end
if taken > 0 then redis.call('HINCRBY', cart, 'version', 1) end
return answer('done', taken)
