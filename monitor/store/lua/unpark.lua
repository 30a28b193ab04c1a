-- Hands a parked event back to its group's consumer, as if it had not been handed out yet.
-- KEYS events, parked, ledger   ARGV request, group, consumer, event id   Answers 1, or 0 where no such event is parked

local events, parked, ledger = key(), key(), key()
local request, group, consumer, id = take(), take(), take(), take()

if remembered(ledger, request) then return 1 end
local entry = redis.call('HGET', parked, id)
if not entry then return 0 end
local position = string.match(entry, '^(.-)|')
redis.call('XCLAIM', events, group, consumer, 0, position, 'RETRYCOUNT', 0, 'JUSTID')
redis.call('HDEL', parked, id)
remember(ledger, request, '1')
return 1
