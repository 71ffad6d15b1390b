-- Leases and claims in one Redis, as LockTable has them. One call of this script is one call of the engine.
--
--   lease:ID      hash that dies by itself: owner, ttl, and a field "n" .. NAME for each claim
--   queue:NAME    sorted set of lease ids by token
--   claims:NAME   hash: lease id -> "1" if held else "0", mode, newline, note
--   names         sorted set of all names that have a queue, in the order of their bytes
--   token         the newest token; never expires
--   wake:CLIENT   channel
--
-- A claim whose lease does not list its name is dead, and is dropped when it is met. What is held is always a prefix of
-- the queue: if a claim does not fit, none behind it does. So a look at a queue ends at the first claim that does not fit.
--
-- What stands in redis-leases.lua comes before it.
local function queue_key(name) return PREFIX .. 'queue:' .. name end
local function claims_key(name) return PREFIX .. 'claims:' .. name end

local function is_alive(name, id)
  return call('HEXISTS', lease_key(id), 'n' .. name) == 1
end

local function read(name, id)
  local text = call('HGET', claims_key(name), id)
  local cut = string.find(text, '\n', 1, true)
  return { held = string.sub(text, 1, 1) == '1', mode = string.sub(text, 2, cut - 1), note = string.sub(text, cut + 1) }
end

local function write(name, id, claim)
  call('HSET', claims_key(name), id, (claim.held and '1' or '0') .. claim.mode .. '\n' .. claim.note)
end

local function drop(name, id)
  call('HDEL', claims_key(name), id)
  call('ZREM', queue_key(name), id)
  if call('EXISTS', queue_key(name)) == 0 then
    call('ZREM', NAMES, name)
  end
end

local function at(name, place)
  return call('ZRANGE', queue_key(name), place, place)[1]
end

-- Whether a mode fits beside what is before, which is then counted in.
local function fits(before, mode)
  local count, of = string.match(mode, '^permits:(%d+)/(%d+)$')
  local kind = of and 'permits of ' .. of or mode
  if before.kind and (before.kind ~= kind or kind == 'exclusive') then
    return false
  end
  if of then
    before.taken = (before.taken or 0) + tonumber(count)
    if before.taken > tonumber(of) then
      return false
    end
  end
  before.kind = kind
  return true
end

-- Lets in whoever is to be let in, and wakes all of them but "me".
local function settle(name, me)
  local before = {}
  local place = 0
  while true do
    local id = at(name, place)
    if not id then
      return
    end
    if not is_alive(name, id) then
      drop(name, id)
    else
      local claim = read(name, id)
      if not fits(before, claim.mode) then
        return
      end
      if not claim.held then
        claim.held = true
        write(name, id, claim)
        if id ~= me then
          woken[#woken + 1] = id
        end
      end
      place = place + 1
    end
  end
end

local function remove(name, id)
  local mode = read(name, id).mode
  drop(name, id)
  local head = at(name, 0)
  if mode == 'shared' and head and is_alive(name, head) then
    local claim = read(name, head)
    if claim.mode == 'shared' and claim.held then
      return -- One reader fewer among readers lets nobody in.
    end
  end
  settle(name)
end

-- Names that nobody asks for any more would keep their dead claims for ever.
local function sweep()
  for _ = 1, 2 do
    local name = call('ZRANDMEMBER', NAMES)
    local head = name and at(name, 0)
    if head and not is_alive(name, head) then
      settle(name)
    end
  end
end

-- Greater than all before, and than the clock in microseconds: so a Redis that forgot its newest token gives no old one
-- again, unless its clock was set back too.
local function next_token()
  local now = call('TIME')
  local token = string.format('%.0f',
    math.max(tonumber(call('GET', PREFIX .. 'token') or '0') + 1, now[1] * 1000000 + now[2]))
  call('SET', PREFIX .. 'token', token)
  return token
end

local function enqueue(name, id, claim)
  if call('ZSCORE', queue_key(name), id) then
    drop(name, id) -- Of the lease's life before it ran out and was opened again.
  end
  call('ZADD', queue_key(name), next_token(), id)
  call('HSET', lease_key(id), 'n' .. name, '1')
  write(name, id, claim)
  if call('ZADD', NAMES, 0, name) == 1 then
    sweep()
  end
end

-- The last claim before a place that is alive, with its place.
local function before_it(name, place)
  while place > 0 do
    local id = at(name, place - 1)
    if is_alive(name, id) then
      return id, place - 1
    end
    drop(name, id)
    place = place - 1
  end
end

local function claim(id, name, mode, note, wait)
  local is_new = not is_alive(name, id)
  local mine = is_new and { held = false, mode = mode, note = note } or read(name, id)
  if is_new then
    enqueue(name, id, mine)
  elseif mine.note ~= note then
    mine.note = note
    write(name, id, mine)
  end
  if not mine.held then
    local last = mine.mode == 'shared' and before_it(name, call('ZRANK', queue_key(name), id))
    local ahead = last and read(name, last)
    if ahead and ahead.held and ahead.mode == 'shared' then
      mine.held = true
      write(name, id, mine)
    else
      settle(name, id)
      mine = read(name, id)
    end
  end
  if mine.held then
    return { 1, call('ZSCORE', queue_key(name), id), 0 }
  end
  local last, place = before_it(name, call('ZRANK', queue_key(name), id))
  if is_new and not wait then
    drop(name, id)
    call('HDEL', lease_key(id), 'n' .. name)
  end
  return { 0, place + 1, call('PTTL', lease_key(last)) }
end

local function close(id)
  local names = names_of(id)
  call('DEL', lease_key(id))
  for _, name in ipairs(names) do
    remove(name, id)
  end
end

local function open(id, owner, ttl)
  call('HSET', lease_key(id), 'owner', owner, 'ttl', ttl)
  call('PEXPIRE', lease_key(id), ttl)
end

-- Claims on a name as rows; only those that are held where "held" is set.
local function rows(name, held, into)
  settle(name)
  local queue = call('ZRANGE', queue_key(name), 0, -1, 'WITHSCORES')
  for i = 1, #queue, 2 do
    local id = queue[i]
    if is_alive(name, id) then
      local claim = read(name, id)
      if claim.held or not held then
        into[#into + 1] = row(name, queue[i + 1], claim.held and '1' or '0', claim.mode, claim.note, id)
      end
    end
  end
end

function operations.open(id, owner, ttl)
  open(id, owner, ttl)
  return 1
end

function operations.renew(id)
  local ttl = call('HGET', lease_key(id), 'ttl')
  return ttl and call('PEXPIRE', lease_key(id), ttl) or 0
end

function operations.close(id)
  close(id)
  return 1
end

-- A ttl of 0: the lease is to be there. Then NAME, MODE, NOTE for each claim.
function operations.claim(id, owner, ttl, wait, ...)
  if ttl ~= '0' then
    open(id, owner, ttl)
  elseif call('EXISTS', lease_key(id)) == 0 then
    return false
  end
  local claims = { ... }
  local answers = {}
  for i = 1, #claims, 3 do
    answers[#answers + 1] = claim(id, claims[i], claims[i + 1], claims[i + 2], wait == '1')
  end
  return answers
end

function operations.release(id, ...)
  for _, name in ipairs({ ... }) do
    if is_alive(name, id) then
      call('HDEL', lease_key(id), 'n' .. name)
      remove(name, id)
    end
  end
  return 1
end

function operations.list(from, to, limit)
  return page(from, to, limit, function(name, found) rows(name, false, found) end)
end

function operations.breaklock(name)
  local broken = {}
  rows(name, true, broken)
  for _, row in ipairs(broken) do
    close(row[6])
    woken[#woken + 1] = row[6]
  end
  return broken
end

return run()
