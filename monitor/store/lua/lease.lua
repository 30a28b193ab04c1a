-- Takes or renews a lease. The key never expires, so that its token only ever grows; who renews unbroken keeps the token.
-- KEYS lease   ARGV owner, now, ttl (ms)   Answers {'held', token} or {'taken', milliseconds left}

local lease, owner, now, ttl = key(), take(), clock(take()), tonumber(take())
local holder = redis.call('HMGET', lease, 'o', 'x', 't')
local held_by, expires, token = holder[1] or '', tonumber(holder[2] or '0'), tonumber(holder[3] or '0')

if held_by ~= owner then
  -- an expiry beyond any lease was written before the clock was set back: nobody shall wait for the clock
  local runs = expires > now and expires <= now + ttl
  if held_by ~= '' and runs then return {'taken', whole(expires - now)} end
  token = token + 1
end
redis.call('HDEL', lease, 'x')  -- a server whose memory is full refuses a script at its first growing write: so this one comes first
redis.call('HSET', lease, 'o', owner, 'x', whole(now + ttl), 't', whole(token))
return {'held', whole(token)}
