-- Hands the holder of the lease its next events: what was handed out and not acked before what is new.
-- A second hand-out goes through XCLAIM, whose delivery count survives a restart of the server (XREADGROUP's does not).
-- KEYS events, lease   ARGV group, consumer, owner, token, limit
-- Answers {'fenced'}, {'some', {entry, deliveries}…} or {'idle', the last position handed out}

local events, lease = key(), key()
local group, consumer, owner, token, limit = take(), take(), take(), take(), take()
if not holds(lease, owner, token) then return {'fenced'} end

local waiting, reply = redis.call('XPENDING', events, group, '-', '+', limit, consumer), {'some'}
for _, row in ipairs(waiting) do
  local position, deliveries = row[1], row[4]
  local entry = redis.call('XCLAIM', events, group, consumer, 0, position, 'RETRYCOUNT', deliveries + 1)[1]
  reply[#reply + 1] = {entry or {position}, deliveries + 1}
end
if #waiting > 0 then return reply end

local fresh = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', limit, 'STREAMS', events, '>')
if fresh then
  for _, entry in ipairs(fresh[1][2]) do reply[#reply + 1] = {entry, 1} end
  return reply
end

for _, row in ipairs(redis.call('XINFO', 'GROUPS', events)) do
  local info = {}
  for place = 1, #row, 2 do info[row[place]] = row[place + 1] end
  if info['name'] == group then return {'idle', info['last-delivered-id']} end
end
