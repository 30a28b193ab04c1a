-- Joined before every script: the clock, the cursor over KEYS and ARGV, the record of a claim, the ledger, the order of positions.

local ARG, KEY = 0, 0
local function take() ARG = ARG + 1; return ARGV[ARG] end
local function key() KEY = KEY + 1; return KEYS[KEY] end

-- A count, then as many records of the named fields.
local function records(...)
  local names, rows = {...}, {}
  for row = 1, tonumber(take()) do
    local record = {}
    for _, name in ipairs(names) do record[name] = take() end
    rows[row] = record
  end
  return rows
end

local function whole(number) return string.format('%.0f', number) end

-- Milliseconds: the server's own, unless a test brings its time along.
local function clock(injected)
  if injected ~= '' then return tonumber(injected) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- The ledger remembers the answers to the last requests, so that one whose reply was lost is answered again, not done again.
local RING = 4096
local function remembered(ledger, request) return redis.call('HGET', ledger, 'answer:' .. request) end
local function remember(ledger, request, answer)
  local slot = 'slot:' .. whole(redis.call('HINCRBY', ledger, 'requests', 1) % RING)
  local oldest = redis.call('HGET', ledger, slot)
  if oldest then redis.call('HDEL', ledger, 'answer:' .. oldest) end
  redis.call('HSET', ledger, slot, request, 'answer:' .. request, answer)
end

-- A claim, as it stands beside its timer: token | when the timer was due | the newer time set meanwhile | a newer payload came.
local function read_claim(claims, member)
  local raw = redis.call('HGET', claims, member)
  if not raw then return nil end
  local token, due, newer, payload = string.match(raw, '^(.*)|(.*)|(.*)|(.*)$')
  return {token = token, due = tonumber(due), newer = tonumber(newer), payload = payload == '1'}
end
local function write_claim(claims, member, claim)
  local newer, payload = claim.newer and whole(claim.newer) or '', claim.payload and '1' or ''
  redis.call('HSET', claims, member, table.concat({claim.token, whole(claim.due), newer, payload}, '|'))
end

-- The latest time by which timers of a kind were set: a clock that shows less has been set back (claim.lua).
local function seen(ledger, kind) return tonumber(redis.call('HGET', ledger, 'clock:' .. kind) or '0') end
local function see(ledger, kind, now)
  if now > seen(ledger, kind) then redis.call('HSET', ledger, 'clock:' .. kind, whole(now)) end
end

-- Whether the lease is this owner's under this token.
local function holds(lease, owner, token)
  local holder = redis.call('HMGET', lease, 'o', 't')
  return holder[1] == owner and holder[2] == token
end

-- Whether the entry was handed to this consumer and not acked.
local function pending(stream, group, consumer, position)
  return #redis.call('XPENDING', stream, group, position, position, 1, consumer) == 1
end

-- Positions in a stream: milliseconds-sequence.
local function split(position)
  local time, sequence = string.match(position, '^(%d+)-(%d+)$')
  return tonumber(time), tonumber(sequence)
end
local function before(one, other)
  local time, sequence = split(one)
  local others_time, others_sequence = split(other)
  return time < others_time or (time == others_time and sequence < others_sequence)
end
