-- KEYS: the user's cart, the mark that this guest's cart was merged.
-- ARGV: lifetime, maximum of lines, maximum of units of a line, maximum of saved lines, the guest's lines and saved lines as
-- JSON lists of { id, quantity, stock (absent if the product is not sold), snapshot }, the code of the guest's coupon or '',
-- then the claims on the guest's cart.
-- Adds a fourth value to the answer: as JSON, [{ id, kind, asked, got }] for each line that was not added in full.
local maxLines, maxQuantity, maxSaved = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local differences, gained = {}, {}
local function differs(kind, line, asked, got)
  differences[#differences + 1] = { id = line.id, kind = kind, asked = asked, got = got, name = line.snapshot.name }
end

local function addSaved(line)
  local saved = read('s', line.id)
  if not saved and #all('s') >= maxSaved then return false end
  local snapshot = line.snapshot
  snapshot.quantity = math.min(line.quantity + (saved and saved.quantity or 0), maxQuantity)
  snapshot.position = saved and saved.position or nextPosition()
  write('s', line.id, snapshot)
  return true
end

local function setAside(line)
  if line.stock and addSaved(line) then
    differs('saved', line, line.quantity, 0)
  else
    differs('left-out', line, line.quantity, 0)
  end
end

local function addLine(line)
  local own = read('l', line.id)
  local held = own and own.quantity or 0
  local currency = otherCurrency(line.id)
  local fits = line.stock and (own or #all('l') < maxLines) and (not currency or currency == line.snapshot.currency)
  if not fits then return setAside(line) end
  local asked = held + line.quantity
  -- Never fewer than the user's own cart already held.
  local got = math.max(held, math.min(asked, maxQuantity, line.stock))
  if got == 0 then return setAside(line) end
  if got > held then
    gained[line.id] = got - held
    local snapshot = line.snapshot
    snapshot.quantity = got
    snapshot.position = own and own.position or nextPosition()
    write('l', line.id, snapshot)
  end
  if got < asked then differs('reduced', line, asked, got) end
end

if redis.call('SET', KEYS[2], '1', 'NX', 'PX', lifetime) then
  for _, line in ipairs(cjson.decode(ARGV[5])) do addLine(line) end
  for _, line in ipairs(cjson.decode(ARGV[6])) do
    if not addSaved(line) then differs('left-out', line, line.quantity, 0) end
  end
  if ARGV[7] ~= '' then redis.call('HSETNX', cart, 'coupon', ARGV[7]) end
  newVersion()
  -- Claims move with their units, so that what is being ordered cannot be ordered again from this cart.
  for i = 8, #ARGV do
    local claim = cjson.decode(ARGV[i])
    for id, units in pairs(claim.lines) do
      local kept = math.min(units, gained[id] or 0)
      claim.lines[id] = kept > 0 and kept or nil
    end
    if next(claim.lines) then redis.call('HSET', cart, 'c:' .. claim.orderId, cjson.encode(claim)) end
  end
end
renew()
local result = answer('done')
result[4] = #differences > 0 and cjson.encode(differences) or '[]'
return result
