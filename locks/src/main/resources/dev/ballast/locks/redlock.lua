-- One node's vote on leases and claims of Redlock. Each node keeps a table of its own; a quorum of them decides.
--
--   lease:ID       hash that dies by itself: owner, ttl, and a field "n" .. NAME: mode, newline, token, newline, note.
--                  Token 0: the claim has no token here yet, so nobody may rely on it
--   holders:NAME   set of lease ids; one whose lease does not list the name is dead
--   waiters:NAME   sorted set of lease ids, in the order in which they came to this node
--   names          sorted set of all names with holders or waiters
--   newest:NAME    the newest token written here; never expires
--   wake:CLIENT    channel
--
-- What stands in redis-leases.lua comes before it.
local function holders_key(name) return PREFIX .. 'holders:' .. name end
local function waiters_key(name) return PREFIX .. 'waiters:' .. name end
local function newest_key(name) return PREFIX .. 'newest:' .. name end

local function read(name, id)
  local text = call('HGET', lease_key(id), 'n' .. name)
  if text then
    local mode, token, note = string.match(text, '^([^\n]*)\n([^\n]*)\n(.*)$')
    return { mode = mode, token = token, note = note }
  end
end

local function write(name, id, claim)
  call('HSET', lease_key(id), 'n' .. name, claim.mode .. '\n' .. claim.token .. '\n' .. claim.note)
end

-- The holders that are alive, as id and claim; the dead are dropped.
local function holders(name)
  local alive = {}
  for _, id in ipairs(call('SMEMBERS', holders_key(name))) do
    local claim = read(name, id)
    if claim then
      alive[#alive + 1] = { id = id, claim = claim }
    else
      call('SREM', holders_key(name), id)
    end
  end
  return alive
end

local function first_waiter(name)
  while true do
    local id = call('ZRANGE', waiters_key(name), 0, 0)[1]
    if not id or call('EXISTS', lease_key(id)) == 1 then
      return id
    end
    call('ZREM', waiters_key(name), id)
  end
end

local function tidy(name)
  if call('EXISTS', holders_key(name), waiters_key(name)) == 0 then
    call('ZREM', NAMES, name)
  end
end

local function sweep()
  for _ = 1, 2 do
    local name = call('ZRANDMEMBER', NAMES)
    if name then
      holders(name)
      first_waiter(name)
      tidy(name)
    end
  end
end

local function remove(name, id, wake)
  call('HDEL', lease_key(id), 'n' .. name)
  local was_there = call('SREM', holders_key(name), id) == 1
  if wake then
    call('ZREM', waiters_key(name), id)
    local first = was_there and first_waiter(name)
    if first then
      woken[#woken + 1] = first
    end
  end
  tidy(name)
end

-- The newest token that this node knows of, and at least its clock in microseconds: so tokens go on growing though a node, or
-- all of them, forgot the newest, unless clocks were set back too.
local function newest(name)
  local now = call('TIME')
  return string.format('%.0f', math.max(tonumber(call('GET', newest_key(name)) or '0'), now[1] * 1000000 + now[2]))
end

local function index(name)
  if call('ZADD', NAMES, 0, name) == 1 then
    sweep()
  end
end

local function take(id, name, mode, note, wait)
  local mine = read(name, id)
  if mine then
    mine.note = note
    write(name, id, mine)
    return { 1, mine.token, newest(name) }
  end
  local longest = -1
  for _, holder in ipairs(holders(name)) do
    if mode == 'exclusive' or holder.claim.mode == 'exclusive' then
      longest = math.max(longest, call('PTTL', lease_key(holder.id)))
    end
  end
  if longest < 0 then
    write(name, id, { mode = mode, token = '0', note = note })
    call('ZREM', waiters_key(name), id)
    call('SADD', holders_key(name), id)
    index(name)
    return { 1, '0', newest(name) }
  end
  local ahead = 0
  if wait then
    local last = call('ZRANGE', waiters_key(name), -1, -1, 'WITHSCORES')[2]
    call('ZADD', waiters_key(name), 'NX', tonumber(last or '0') + 1, id)
    index(name)
    ahead = call('ZRANK', waiters_key(name), id)
  end
  return { 0, tostring(longest), tostring(ahead + 1) }
end

local function confirm(id, name, token)
  local mine = read(name, id)
  if not mine then
    return '-1'
  end
  if mine.token ~= token then
    local known = call('GET', newest_key(name)) or '0'
    if tonumber(known) >= tonumber(token) then
      return known
    end
    call('SET', newest_key(name), token)
    mine.token = token
    write(name, id, mine)
  end
  return '0'
end

-- Gives a lease its whole time again. With an owner it is begun if it is not there.
local function live(id, owner, ttl)
  if ttl ~= '0' then
    call('HSET', lease_key(id), 'owner', owner, 'ttl', ttl)
  else
    ttl = call('HGET', lease_key(id), 'ttl')
  end
  return ttl and call('PEXPIRE', lease_key(id), ttl) == 1
end

function operations.open(id, owner, ttl)
  live(id, owner, ttl)
  return 1
end

-- The names with tokens that the lease has here; false if it is not there.
function operations.renew(id)
  if not live(id, '', '0') then
    return false
  end
  local confirmed = {}
  for _, name in ipairs(names_of(id)) do
    if read(name, id).token ~= '0' then
      confirmed[#confirmed + 1] = name
    end
  end
  return confirmed
end

function operations.close(id)
  local names = names_of(id)
  for _, name in ipairs(names) do
    remove(name, id, true)
  end
  call('DEL', lease_key(id))
  return 1
end

-- A claim renews its lease, so that it lives as long on each node that gave its vote as its holder may believe.
function operations.take(id, owner, ttl, wait, ...)
  if not live(id, owner, ttl) then
    return false
  end
  local claims = { ... }
  local answers = {}
  for i = 1, #claims, 3 do
    answers[#answers + 1] = take(id, claims[i], claims[i + 1], claims[i + 2], wait == '1')
  end
  return answers
end

-- NAME, TOKEN for each claim. Answers 0 where the token stands, a newer one where it does not, -1 where there is no claim.
function operations.confirm(id, ...)
  local claims = { ... }
  local answers = {}
  for i = 1, #claims, 2 do
    answers[#answers + 1] = confirm(id, claims[i], claims[i + 1])
  end
  return answers
end

-- Takes back claims that did not find a quorum: NAME and 1 for each, or NAME and 0 for one that stays if it has a token.
-- Wakes nobody, and keeps the place among the waiters.
function operations.undo(id, ...)
  local claims = { ... }
  for i = 1, #claims, 2 do
    local mine = read(claims[i], id)
    if mine and (claims[i + 1] == '1' or mine.token == '0') then
      remove(claims[i], id, false)
    end
  end
  return 1
end

function operations.release(id, ...)
  for _, name in ipairs({ ... }) do
    remove(name, id, true)
  end
  return 1
end

function operations.list(from, to, limit)
  return page(from, to, limit, function(name, found)
    for _, holder in ipairs(holders(name)) do
      local claim = holder.claim
      if claim.token ~= '0' then
        found[#found + 1] = row(name, claim.token, '1', claim.mode, claim.note, holder.id)
      end
    end
  end)
end

return run()
