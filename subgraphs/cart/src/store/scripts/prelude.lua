-- What all scripts share. A cart is one hash, KEYS[1]:
--   l:<productId>  a line, as JSON { position, quantity, name, minor, currency }
--   s:<productId>  the same, saved for later
--   position       the position that was assigned last
--   version        increases with every change and starts at the time of the first one in ms, so that it never repeats, even if
--                  the cart expires or is lost and starts again under its old id
--   coupon       the code of the cart's coupon
--   expiresAt      ms since the epoch, like the key's own expiry
--   c:<orderId>    a claim: what a checkout is ordering, as JSON { orderId, holder, at, lines: { <productId>: units } }
--   ordered        the last order placed from this cart, as JSON { orderId, holder, version }
--   mergingInto    only in a guest's cart that is being merged: the user's id; the cart can no longer change
-- ARGV[1] is the lifetime of a cart in ms. Every script returns { outcome, number, the hash as it is now }.
local cart = KEYS[1]
local lifetime = tonumber(ARGV[1])

local function answer(outcome, number)
  return { outcome, number or 0, redis.call('HGETALL', cart) }
end

local function isOpen()
  return redis.call('EXISTS', cart) == 1 and redis.call('HEXISTS', cart, 'mergingInto') == 0
end

local function read(list, id)
  local text = redis.call('HGET', cart, list .. ':' .. id)
  return text and cjson.decode(text)
end

local function all(list)
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', cart)) do
    if string.sub(field, 1, 2) == list .. ':' then found[#found + 1] = string.sub(field, 3) end
  end
  return found
end

local claims
local function openClaims()
  if not claims then
    claims = {}
    for _, orderId in ipairs(all('c')) do claims[#claims + 1] = read('c', orderId) end
  end
  return claims
end

-- Claims never cover more units of a product than the cart holds. Units that the customer removes are no longer claimed: if
-- the same product is added again later, those units are not part of the order.
local function limitClaims(id, quantity)
  for _, claim in ipairs(openClaims()) do
    local claimed = claim.lines[id]
    if claimed then
      local kept = math.min(claimed, quantity)
      quantity = quantity - kept
      if kept < claimed then
        claim.lines[id] = kept > 0 and kept or nil
        redis.call('HSET', cart, 'c:' .. claim.orderId, cjson.encode(claim))
      end
    end
  end
end

local function write(list, id, line)
  redis.call('HSET', cart, list .. ':' .. id, cjson.encode(line))
  if list == 'l' then limitClaims(id, line.quantity) end
end

local function drop(list, id)
  if list == 'l' then limitClaims(id, 0) end
  return redis.call('HDEL', cart, list .. ':' .. id)
end

local function nextPosition()
  return redis.call('HINCRBY', cart, 'position', 1)
end

-- The currency of the lines of other products.
local function otherCurrency(id)
  for _, other in ipairs(all('l')) do
    if other ~= id then return read('l', other).currency end
  end
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function asText(number)
  return string.format('%.0f', number)
end

local function renew()
  local expiresAt = asText(now() + lifetime)
  redis.call('HSET', cart, 'expiresAt', expiresAt)
  redis.call('PEXPIREAT', cart, expiresAt)
end

local function newVersion()
  redis.call('HSETNX', cart, 'version', asText(now()))
  return redis.call('HINCRBY', cart, 'version', 1)
end

local function changed(number)
  newVersion()
  renew()
  return answer('done', number)
end
