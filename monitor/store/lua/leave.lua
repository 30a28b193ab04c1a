-- Gives a lease up, if it is this owner's (any owner's where none is named). The token stays, so that the next is higher.
-- KEYS lease   ARGV owner

local lease, owner = key(), take()
local held_by = redis.call('HGET', lease, 'o')
if not held_by or held_by == '' or (owner ~= '' and held_by ~= owner) then return 0 end
redis.call('HSET', lease, 'o', '', 'x', '0')
return 1
