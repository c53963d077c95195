-- What all changes share. A cart is one hash, KEYS[1]:
--   l:<productId>  a line, as JSON { position, quantity, name, minor, currency }
--   s:<productId>  the same, saved for later
--   position       the last position given
--   version        grows with every change
--   expiresAt      ms since the epoch, as the key's own expiry
--   mergingInto    only in a guest's cart that is being merged: the user's id; it takes no changes any more
-- ARGV[1] is a cart's lifetime in ms. Every script answers { outcome, number, the hash as it is now }.
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

local function write(list, id, line)
  redis.call('HSET', cart, list .. ':' .. id, cjson.encode(line))
end

local function drop(list, id)
  return redis.call('HDEL', cart, list .. ':' .. id)
end

local function all(list)
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', cart)) do
    if string.sub(field, 1, 2) == list .. ':' then found[#found + 1] = string.sub(field, 3) end
  end
  return found
end

local function nextPosition()
  return redis.call('HINCRBY', cart, 'position', 1)
end

-- The currency of another line of the cart than this product's.
local function otherCurrency(id)
  for _, other in ipairs(all('l')) do
    if other ~= id then return read('l', other).currency end
  end
end

local function renew()
  local time = redis.call('TIME')
  local expiresAt = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + lifetime)
  redis.call('HSET', cart, 'expiresAt', expiresAt)
  redis.call('PEXPIREAT', cart, expiresAt)
end

local function changed(number)
  redis.call('HINCRBY', cart, 'version', 1)
  renew()
  return answer('done', number)
end
