-- Gives the claims of dead owners back: each timer is due again when it was due before, or at the sooner time set since.
-- KEYS due, claims   Answers how many.

local due, claims = key(), key()
local members = redis.call('HKEYS', claims)
for _, member in ipairs(members) do
  local claim = read_claim(claims, member)
  redis.call('ZADD', due, whole(math.min(claim.due, claim.newer or claim.due)), member)
  redis.call('HDEL', claims, member)
end
return #members
