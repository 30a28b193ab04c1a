-- Sets a pending event aside: it stays pending, under another consumer's name, so that XPENDING shows it and nothing trims it.
-- KEYS events, lease, parked   ARGV group, consumer, position, owner, token, aside, event id, error
-- Answers 'ok' or 'fenced'

local events, lease, parked = key(), key(), key()
local group, consumer, position, owner, token, aside, id, problem =
  take(), take(), take(), take(), take(), take(), take(), take()

if redis.call('HEXISTS', parked, id) == 1 and pending(events, group, aside, position) then return 'ok' end
if not holds(lease, owner, token) or not pending(events, group, consumer, position) then return 'fenced' end
redis.call('XCLAIM', events, group, aside, 0, position, 'JUSTID')
redis.call('HSET', parked, id, position .. '|' .. problem)
return 'ok'
