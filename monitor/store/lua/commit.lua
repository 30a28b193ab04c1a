-- Applies one batch wholly or not at all: everything is checked before the first write, for Redis rolls nothing back.
-- KEYS  events, ledger, notes, lease, then (state, history) of each append, then (due, data, claims) of each kind of timer
-- ARGV  see `arguments` in commits.py, which writes them in the order they are taken here
-- Answers {'ok', 'new <position>' or 'old <position>' for each event…}, {'fenced', why} or {'conflict', entity, expected, actual}

local KEEP = 16

local events, ledger, notes, lease = key(), key(), key(), key()
local request, now = take(), clock(take())

local answer = remembered(ledger, request)
if answer then return cjson.decode(answer) end

local appends = records('entity', 'version', 'hash', 'snapshot')
for _, append in ipairs(appends) do
  append.state, append.history, append.version = key(), key(), tonumber(append.version)
  append.events = records('id', 'type', 'hash', 'data')
end
local kinds = records('name')
for _, kind in ipairs(kinds) do kind.due, kind.data, kind.claims = key(), key(), key() end
local timers = records('kind', 'member', 'delay', 'replaces', 'payload', 'sooner')
local changes = records('key', 'keeps', 'value')
local finish = records('kind', 'member', 'token', 'delay', 'replaces', 'payload')[1]
local ack = records('group', 'consumer', 'position', 'owner', 'token')[1]

-- 1. Check.

-- Where the append's events stand already, if all of them do.
local function places(append)
  local found = {}
  for number, event in ipairs(append.events) do
    local recorded = redis.call('HGET', append.state, 'e:' .. whole(append.version + number))
    local id, position = string.match(recorded or '', '^(.*)|(.*)$')
    if id ~= event.id then return nil end
    found[number] = position
  end
  return #found > 0 and found or nil
end

if ack then
  if not holds(lease, ack.owner, ack.token) then return {'fenced', 'the lease of ' .. ack.group .. ' is somebody else\'s'} end
  if not pending(events, ack.group, ack.consumer, ack.position) then
    return {'fenced', ack.group .. ' has done with ' .. ack.position}
  end
end

local claim
if finish then
  claim = read_claim(kinds[tonumber(finish.kind)].claims, finish.member)
  if not claim or claim.token ~= finish.token then return {'fenced', 'the claim of ' .. finish.member .. ' is somebody else\'s'} end
end

for _, append in ipairs(appends) do
  local head = redis.call('HMGET', append.state, 'v', 'h')
  local version, hash = tonumber(head[1] or '0'), head[2] or ''
  if version ~= append.version or hash ~= append.hash then
    append.places = places(append)
    if not append.places then return {'conflict', append.entity, whole(append.version), whole(version)} end
  end
end

-- 2. Write.

local reply = {'ok'}

local function record(append)
  local version, hash = append.version, append.hash
  for _, event in ipairs(append.events) do
    version, hash = version + 1, event.hash
    local number = whole(redis.call('HINCRBY', ledger, 'events', 1))
    local position = redis.call('XADD', events, '*', 'id', event.id, 'entity', append.entity, 'v', whole(version),
      'type', event.type, 'n', number, 'h', hash, 'data', event.data)
    redis.call('HSET', append.state, 'e:' .. whole(version), event.id .. '|' .. position)
    redis.call('RPUSH', append.history, position)
    if version > KEEP then redis.call('HDEL', append.state, 'e:' .. whole(version - KEEP)) end
    reply[#reply + 1] = 'new ' .. position
  end
  redis.call('HSET', append.state, 'v', whole(version), 'h', hash, 's', append.snapshot)
end

for _, append in ipairs(appends) do
  if append.places then
    for _, position in ipairs(append.places) do reply[#reply + 1] = 'old ' .. position end
  else
    record(append)
  end
end

if finish then
  local kind, member = kinds[tonumber(finish.kind)], finish.member
  local due = finish.delay ~= '' and now + tonumber(finish.delay) or nil
  if claim.newer then due = math.min(due or claim.newer, claim.newer) end
  redis.call('HDEL', kind.claims, member)
  if due then
    redis.call('ZADD', kind.due, whole(due), member)
    if finish.replaces == '1' and not claim.payload then redis.call('HSET', kind.data, member, finish.payload) end
  else
    redis.call('ZREM', kind.due, member)
    redis.call('HDEL', kind.data, member)
  end
end

for _, timer in ipairs(timers) do
  local kind, member = kinds[tonumber(timer.kind)], timer.member
  local due, sooner = now + tonumber(timer.delay), timer.sooner == '1'
  local claimed = read_claim(kind.claims, member)
  local standing = claimed and claimed.newer or (not claimed and tonumber(redis.call('ZSCORE', kind.due, member) or nil)) or nil
  if sooner and standing then due = math.min(due, standing) end
  if claimed then
    claimed.newer, claimed.payload = due, claimed.payload or timer.replaces == '1'
    write_claim(kind.claims, member, claimed)
  else
    redis.call('ZADD', kind.due, whole(due), member)
  end
  if timer.replaces == '1' then redis.call('HSET', kind.data, member, timer.payload) end
end

for _, kind in ipairs(kinds) do see(ledger, kind.name, now) end

for _, change in ipairs(changes) do
  if change.keeps == '1' then redis.call('HSET', notes, change.key, change.value)
  else redis.call('HDEL', notes, change.key) end
end

if ack then redis.call('XACK', events, ack.group, ack.position) end

remember(ledger, request, cjson.encode(reply))
return reply
