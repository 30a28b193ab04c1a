-- Drops from the stream what is archived and done with: never an event that a group has yet to read, or to finish, or has set aside.
-- KEYS events, archive   ARGV the groups that must stand…
-- Answers {'ok', how many were dropped} or {'missing', group}

local events, archive = key(), key()

local function behind(position)
  local time, sequence = split(position)
  return whole(time) .. '-' .. whole(sequence + 1)
end

local archived = redis.call('HGET', archive, 'position')
if not archived then return {'ok', 0} end
local keep = behind(archived)  -- the first position that stays

local read_to = {}
for _, row in ipairs(redis.call('XINFO', 'GROUPS', events)) do
  local info = {}
  for place = 1, #row, 2 do info[row[place]] = row[place + 1] end
  read_to[info['name']] = info['last-delivered-id']
end
for _, group in ipairs(ARGV) do
  if not read_to[group] then return {'missing', group} end
  local open = redis.call('XPENDING', events, group)
  local needs = open[1] > 0 and open[2] or behind(read_to[group])
  if before(needs, keep) then keep = needs end
end

local kept = redis.call('HGET', archive, 'kept')
if kept and not before(kept, keep) then return {'ok', 0} end
local dropped = redis.call('XTRIM', events, 'MINID', keep)
redis.call('HSET', archive, 'kept', keep)
return {'ok', dropped}
