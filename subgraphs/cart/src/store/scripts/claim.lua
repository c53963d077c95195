-- ARGV: lifetime, the holder (the request that checks out), the id that its order would get.
-- Claims all lines for one order and reads them. The fourth value of the answer is the order that has the claim, or that the
-- cart has become; the number is the age of another holder's claim in ms.
if not isOpen() then return answer('no-cart') end
local holder, orderId = ARGV[2], ARGV[3]
local function answerWith(outcome, order, number)
  local result = answer(outcome, number)
  result[4] = order
  return result
end

local own
for _, claim in ipairs(openClaims()) do
  if claim.holder ~= holder then return answerWith('claimed-before', claim.orderId, now() - tonumber(claim.at)) end
  own = claim
end
local ids = all('l')
local ordered = redis.call('HGET', cart, 'ordered')
ordered = ordered and cjson.decode(ordered)
if ordered and not own then
  local isUnchanged = #ids == 0 and ordered.version == redis.call('HGET', cart, 'version')
  if isUnchanged or ordered.holder == holder then return answerWith('ordered', ordered.orderId) end
end
if #ids == 0 then return answer('empty') end

-- A repeated request (its process may have crashed) keeps its order id and claims what is in the cart now.
local claim = { orderId = own and own.orderId or orderId, holder = holder, at = asText(now()), lines = {} }
for _, id in ipairs(ids) do claim.lines[id] = read('l', id).quantity end
redis.call('HSET', cart, 'c:' .. claim.orderId, cjson.encode(claim))
redis.call('HSETNX', cart, 'version', asText(now()))
renew()
return answerWith('done', claim.orderId)
