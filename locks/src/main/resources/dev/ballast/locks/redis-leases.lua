-- What the scripts of leases have in common; put before each of them.
--
-- KEYS[1] prefix of all keys; ARGV[1] operation, then its arguments.
local PREFIX = KEYS[1]
local NAMES = PREFIX .. 'names'
local call = redis.call
local woken = {}
local operations = {}

local function lease_key(id) return PREFIX .. 'lease:' .. id end

-- The names that a lease has claims on: its fields that begin with "n".
local function names_of(id)
  local names = {}
  for _, field in ipairs(call('HKEYS', lease_key(id))) do
    if string.sub(field, 1, 1) == 'n' then
      names[#names + 1] = string.sub(field, 2)
    end
  end
  return names
end

-- A claim as lists show it.
local function row(name, token, held, mode, note, id)
  local lease = call('HMGET', lease_key(id), 'owner', 'ttl')
  return { name, token, held, mode, note, id, lease[1], lease[2], call('PTTL', lease_key(id)) }
end

-- The rows of at most "limit" names from one on; the next page begins after the last name looked at, which comes first.
local function page(from, to, limit, rows_of)
  local names = call('ZRANGEBYLEX', NAMES, from, to, 'LIMIT', 0, limit)
  local found = {}
  for _, name in ipairs(names) do
    rows_of(name, found)
  end
  return { names[tonumber(limit)] or '', found }
end

function operations.wake(...)
  woken = { ... }
  return 1
end

-- Does what is asked for, and then wakes: with one message for each client.
local function run()
  local result = operations[ARGV[1]](unpack(ARGV, 2))
  local clients = {}
  for _, id in ipairs(woken) do
    local client = string.sub(id, 1, 16)
    clients[client] = (clients[client] and clients[client] .. ',' or '') .. id
  end
  for client, ids in pairs(clients) do
    call('PUBLISH', PREFIX .. 'wake:' .. client, ids)
  end
  return result
end

