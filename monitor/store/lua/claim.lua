-- Takes due timers for the length of a lease. A claimed timer stands in the set at the lease's end, so that an expired claim is due again.
-- KEYS due, data, claims, ledger   ARGV request, now, kind, limit, lease (ms)
-- Answers {member, due (ms), payload}…; the request is the claims' token.

local due, data, claims, ledger = key(), key(), key(), key()
local request, now, kind, limit, lease = take(), clock(take()), take(), take(), tonumber(take())

local SLOWED = 1000  -- ms; a clock that lags by less was only slowed down

local function hand_out(members)
  local out = {}
  for _, member in ipairs(members) do
    local claim = read_claim(claims, member)
    if claim and claim.token == request then
      out[#out + 1] = {member, whole(claim.due), redis.call('HGET', data, member) or ''}
    end
  end
  return out
end

local answer = remembered(ledger, request)
if answer then return hand_out(cjson.decode(answer)) end

-- Timers count from a clock that may be set back, as that of a machine which started in a wrong year: they go back with it.
local step = now - seen(ledger, kind)
if step < -SLOWED then
  local all = redis.call('ZRANGE', due, 0, -1, 'WITHSCORES')
  for place = 1, #all, 2 do redis.call('ZADD', due, whole(tonumber(all[place + 1]) + step), all[place]) end
  for _, member in ipairs(redis.call('HKEYS', claims)) do
    local claim = read_claim(claims, member)
    claim.due, claim.newer = claim.due + step, claim.newer and claim.newer + step
    write_claim(claims, member, claim)
  end
  redis.call('HSET', ledger, 'clock:' .. kind, whole(now))
end

local ready, members = redis.call('ZRANGEBYSCORE', due, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, limit), {}
if #ready == 0 then return {} end

for place = 1, #ready, 2 do
  local member, before = ready[place], read_claim(claims, ready[place])
  local claim = {token = request, due = before and before.due or tonumber(ready[place + 1])}
  if before and before.newer and before.newer > now then claim.newer, claim.payload = before.newer, before.payload end
  write_claim(claims, member, claim)
  redis.call('ZADD', due, whole(now + lease), member)
  members[#members + 1] = member
end

redis.call('HSETNX', ledger, 'kind:' .. kind, '1')
see(ledger, kind, now)
remember(ledger, request, cjson.encode(members))
return hand_out(members)
