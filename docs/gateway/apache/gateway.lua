-- The one thing that directives cannot do: add. Times a token is compared with, in seconds since 1970, as variables
-- that expressions see. Clocks may differ by a minute.

local SKEW = 60

function note_times(r)
  local now = os.time()
  r.subprocess_env['GW_NOW'] = string.format('%d', now)
  r.subprocess_env['GW_SOON'] = string.format('%d', now + SKEW)
  r.subprocess_env['GW_LATEST'] = string.format('%d', now + r.subprocess_env['GW_LONGEST_LIFE'] + SKEW)
  return apache2.DECLINED
end
