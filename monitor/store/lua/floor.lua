-- Takes note of what the archive stands on from now on: its oldest segments may go.
-- KEYS ledger, lease, archive   ARGV group, owner, token, sha256 of the base before, count of events, base, sha256
-- Answers 'ok'; 'moved' where events were recorded since they were counted; or 'fenced'

local ledger, lease, archive = key(), key(), key()
local group, owner, token, before_it, count, name, sha = take(), take(), take(), take(), take(), take(), take()

local floor = redis.call('HGET', archive, 'floor_sha256') or ''
if floor == sha then return 'ok' end
if not holds(lease, owner, token) or floor ~= before_it then return 'fenced' end
if (redis.call('HGET', ledger, 'events') or '0') ~= count then return 'moved' end
redis.call('HSET', archive, 'floor', name, 'floor_sha256', sha)
return 'ok'
