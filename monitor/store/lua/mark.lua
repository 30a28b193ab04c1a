-- Takes note that a segment is sealed: the archive's newest manifest, and with it the position of the group that shows its lag.
-- Only forward: the new manifest must cover the one that is noted.
-- KEYS events, lease, archive   ARGV group, owner, token, covered sha256, manifest, sha256, position, number of the last event
-- Answers 'ok' or 'fenced'

local events, lease, archive = key(), key(), key()
local group, owner, token, covered, name, sha, position, number =
  take(), take(), take(), take(), take(), take(), take(), take()

local head = redis.call('HGET', archive, 'sha256') or ''
if head == sha then return 'ok' end
if not holds(lease, owner, token) or head ~= covered then return 'fenced' end
redis.call('HDEL', archive, 'position')  -- as in lease.lua: sealing is what frees a full memory
redis.call('XGROUP', 'SETID', events, group, position)
redis.call('HSET', archive, 'manifest', name, 'sha256', sha, 'position', position, 'n', number)
return 'ok'
