-- What directives cannot do: add, answer once the token was found good, and go through headers. A mistake in here
-- answers 500.

-- Clocks may differ by this many seconds.
local SKEW = 60

-- Times that a token is compared with, in seconds since 1970, as variables that expressions see.
function note_times(r)
  local now = os.time()
  r.subprocess_env['GW_NOW'] = string.format('%d', now)
  r.subprocess_env['GW_SOON'] = string.format('%d', now + SKEW)
  r.subprocess_env['GW_LATEST'] = string.format('%d', now + r.subprocess_env['GW_LONGEST_LIFE'] + SKEW)
  return apache2.DECLINED
end

-- A token's own header may say that nobody may take the token who does not know an extension (`crit`, RFC 7515 section
-- 4.1.11). The token module does not look, and this gateway knows none. A letter of the word may be escaped.
function refuse_critical(r)
  local first = (r.headers_in['Authorization'] or ''):match('^%S+ +([%w_-]+)') or ''
  local header = r:base64_decode((first:gsub('-', '+'):gsub('_', '/')))
  local plain = header:gsub('\\u00(%x%x)', function(digits) return string.char(tonumber(digits, 16)) end)
  if plain:find('"crit"%s*:') then
    r.subprocess_env['GW_TOKEN'] = 'critical'
    return 401
  end
  return apache2.DECLINED
end

function no_file(r)
  r.filename = '/'
  return apache2.OK
end

-- LimitRequestBody does not hold for proxied requests (measured), so a body needs a length, below 1 MB.
function need_route(r)
  local length = r.headers_in['Content-Length'] or ''
  if r.subprocess_env['GW_MANY_SECRETS'] then return 400 end
  if not r.subprocess_env['GW_ACCESS'] then return 404 end
  if r.headers_in['Transfer-Encoding'] then return 411 end
  if #length > 6 or length:find('%D') then return 413 end
  return apache2.DECLINED
end

function need_key(r)
  return r.subprocess_env['GW_KEY'] and apache2.DECLINED or 503
end

-- All that a back end is told of a caller's request. Any other header may say who asks, for which tenant, from where,
-- or what is really meant, and every server, proxy and vendor has names of its own for that.
local KNOWN = {
  ['accept'] = true,
  ['accept-encoding'] = true,
  ['connection'] = true,
  ['content-length'] = true,
  ['content-type'] = true,
  ['host'] = true,
  ['user-agent'] = true,
}

function keep_known_headers(r)
  for name in pairs(r:headers_in_table()) do
    if not KNOWN[name:lower()] then
      r.headers_in[name] = nil
    end
  end
  return apache2.DECLINED
end
