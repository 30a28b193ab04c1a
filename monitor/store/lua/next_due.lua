-- Milliseconds until the first timer is due that nobody holds (an expired claim is nobody's); nil where there is none.
-- KEYS due, claims   ARGV now

local due, claims, now = key(), key(), clock(take())
local PAGE, from = 100, 0
while true do
  local page = redis.call('ZRANGE', due, from, from + PAGE - 1, 'WITHSCORES')
  if #page == 0 then return false end
  for place = 1, #page, 2 do
    local score = tonumber(page[place + 1])
    if score <= now or redis.call('HEXISTS', claims, page[place]) == 0 then return whole(score - now) end
  end
  from = from + PAGE
end
