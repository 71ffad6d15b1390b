-- What is done to a list or a stream that has no consumer protection of its own, with the fence checked in the same step.
--
--   NAME                   the queue
--   NAME:fences:GROUP      hash: partition -> newest fencing token
--   NAME:failures:ID       how often a message was handled in vain; dies seven days after the last time
--   NAME:dead              dead letters, of the queue's kind
--   NAME:dead:why          of a list: hash from the message's id to why; a stream has it in the entry
--   NAME:removed:HASH      of a list: how many equal messages were removed; dies a day after the last
--
-- Entries of a list have no ids, and may be equal. The id of one is HASH-N: the SHA-1 of its bytes, and how many equal ones
-- came before it, removed ones included. So an acknowledgement that is repeated removes nothing twice.
--
-- KEYS[1] the queue; ARGV[1] operation, ARGV[2] "left" or "right" for a list's head or "stream", then its arguments.
local QUEUE = KEYS[1]
local KIND = ARGV[2]
local DAY = 86400000
local call = redis.call

local function failures(id)
  return call('GET', QUEUE .. ':failures:' .. id) or '0'
end

local function split(id)
  return string.match(id, '^(%x+)%-(%d+)$')
end

local function removed(hash)
  return tonumber(call('GET', QUEUE .. ':removed:' .. hash) or '0')
end

-- False if a newer token was seen.
local function fence(group, partition, token)
  local key = QUEUE .. ':fences:' .. group
  if tonumber(call('HGET', key, partition) or '0') > tonumber(token) then
    return false
  end
  call('HSET', key, partition, token)
  return true
end

local function remove(id, body)
  call('DEL', QUEUE .. ':failures:' .. id)
  if KIND == 'stream' then
    return call('XDEL', QUEUE, id) == 1
  end
  local hash, number = split(id)
  if tonumber(number) ~= removed(hash) then
    return false -- It is gone already: equal ones go in order.
  end
  if call('LREM', QUEUE, KIND == 'left' and 1 or -1, body) == 0 then
    return false
  end
  call('SET', QUEUE .. ':removed:' .. hash, removed(hash) + 1, 'PX', DAY)
  return true
end

local operations = {}

function operations.fence(group, partition, token)
  return fence(group, partition, token) and 1 or 0
end

-- The oldest entries: id, failures, and body or fields.
function operations.peek(count)
  local rows = {}
  if KIND == 'stream' then
    for _, entry in ipairs(call('XRANGE', QUEUE, '-', '+', 'COUNT', count)) do
      rows[#rows + 1] = { entry[1], failures(entry[1]), entry[2] }
    end
    return rows
  end
  local bodies = KIND == 'left' and call('LRANGE', QUEUE, 0, count - 1) or call('LRANGE', QUEUE, -count, -1)
  local seen = {}
  for i = 1, #bodies do
    local body = KIND == 'left' and bodies[i] or bodies[#bodies + 1 - i]
    local hash = redis.sha1hex(body)
    local number = seen[hash] or removed(hash)
    seen[hash] = number + 1
    local id = string.format('%s-%d', hash, number)
    rows[#rows + 1] = { id, failures(id), body }
  end
  return rows
end

function operations.acknowledge(group, partition, token, id, body)
  if not fence(group, partition, token) then
    return 0
  end
  remove(id, body)
  return 1
end

-- Notes the failure of that number, so that saying it again counts nothing twice. Answers 0 for stale, 1 for kept, 2 for dead.
function operations.reject(group, partition, token, id, body, number, max, why)
  if not fence(group, partition, token) then
    return 0
  end
  local count = math.max(tonumber(number), tonumber(failures(id)))
  call('SET', QUEUE .. ':failures:' .. id, count, 'PX', 7 * DAY)
  if count < tonumber(max) then
    return 1
  end
  local entry = KIND == 'stream' and call('XRANGE', QUEUE, id, id)[1]
  if remove(id, body) then
    if entry then
      local fields = entry[2]
      for _, field in ipairs({ 'dead-id', id, 'dead-why', why }) do
        fields[#fields + 1] = field
      end
      call('XADD', QUEUE .. ':dead', '*', unpack(fields))
    else
      call(KIND == 'left' and 'RPUSH' or 'LPUSH', QUEUE .. ':dead', body)
      call('HSET', QUEUE .. ':dead:why', id, why)
    end
  end
  return 2
end

-- Entries, and the age of the oldest in milliseconds.
function operations.lag()
  if KIND ~= 'stream' then
    return { call('LLEN', QUEUE), 0 }
  end
  local first = call('XRANGE', QUEUE, '-', '+', 'COUNT', 1)[1]
  local now = call('TIME')
  local age = first and now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(string.match(first[1], '^%d+')) or 0
  return { call('XLEN', QUEUE), math.max(0, age) }
end

return operations[ARGV[1]](unpack(ARGV, 3))
