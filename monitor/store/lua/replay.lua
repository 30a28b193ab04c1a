-- Records events of another log as they stood there, with their positions; those that were recorded before are passed over.
-- KEYS events   ARGV a count, then position, id, entity, version, type, number, hash, data of each

local events = key()
local last = '0-0'
local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
if newest then last = newest[1] end
local rows = records('position', 'id', 'entity', 'version', 'type', 'number', 'hash', 'data')
for _, row in ipairs(rows) do
  if before(last, row.position) then
    redis.call('XADD', events, row.position, 'id', row.id, 'entity', row.entity, 'v', row.version, 'type', row.type,
      'n', row.number, 'h', row.hash, 'data', row.data)
  end
end
return #rows
