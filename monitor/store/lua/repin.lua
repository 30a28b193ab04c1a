-- Binds an alias anew, if it is still bound to its last holder or to nobody. Repeating it changes nothing.
-- KEYS aliases   ARGV alias, holder, entity   Answers whom the alias is bound to now

local aliases = key()
local alias, holder, entity = take(), take(), take()

local bound = redis.call('HGET', aliases, alias)
if bound and bound ~= holder then return bound end
redis.call('HSET', aliases, alias, entity)
return entity
