-- How many events a group has neither acked nor set aside. Counted by the events' own numbers: the server's `lag` is young and may be null.
-- KEYS events, ledger   ARGV group, aside

local events, ledger, group, aside = key(), key(), take(), take()
local total = tonumber(redis.call('HGET', ledger, 'events') or '0')

-- The number of an entry's event, from its flat list of fields.
local function number(entries)
  if #entries == 0 then return nil end
  local fields = entries[1][2]
  for place = 1, #fields, 2 do if fields[place] == 'n' then return tonumber(fields[place + 1]) end end
end

local outstanding, delivered = redis.call('XPENDING', events, group), '0-0'
for _, row in ipairs(redis.call('XINFO', 'GROUPS', events)) do
  local info = {}
  for place = 1, #row, 2 do info[row[place]] = row[place + 1] end
  if info['name'] == group then delivered = info['last-delivered-id'] end
end

local before = number(redis.call('XRANGE', events, delivered, delivered))
if not before then before = (number(redis.call('XRANGE', events, '-', '+', 'COUNT', 1)) or total + 1) - 1 end
local open = total - before + outstanding[1]
for _, row in ipairs(outstanding[4] or {}) do
  if row[1] == aside then open = open - tonumber(row[2]) end
end
return open
