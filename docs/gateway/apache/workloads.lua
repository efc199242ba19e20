-- Programs without a person (workloads.conf): whose keys a token is to be verified with, and which rule admits it.
-- A mistake in here answers 500.

-- The claims that say who a workload is. A rule begins with one of them: issuer and audience alone admit the world.
local WHO = {
  ['namespace_id'] = true,
  ['namespace_path'] = true,
  ['project_id'] = true,
  ['project_path'] = true,
  ['repository'] = true,
  ['repository_id'] = true,
  ['repository_owner'] = true,
  ['repository_owner_id'] = true,
  ['sub'] = true,
}

-- The quote that ends a JSON text; `at` is inside it.
local function end_of_text(json, at)
  while true do
    at = json:find('["\\]', at)
    if not at or json:sub(at, at) == '"' then return at end
    at = at + 2
  end
end

-- The claims of a token that are text, by the exact letters of their names: those of the outermost object, and no
-- number, list or object. A text that needs an escape other than \/ is left out.
local function text_claims(json)
  local claims, depth, name, at = {}, 0, nil, 1
  while true do
    at = json:find('[%[%]{},"]', at)
    if not at then return claims end
    local mark, last = json:sub(at, at), at
    if mark == '"' then
      last = end_of_text(json, at + 1)
      if not last then return {} end
      local text = json:sub(at + 1, last - 1):gsub('\\/', '/')
      if depth == 1 and name then
        claims[name] = not text:find('\\', 1, true) and text or nil
      elseif depth == 1 then
        name, claims[text] = text, nil
      end
    elseif mark == ',' then
      if depth == 1 then name = nil end
    else
      depth = depth + (mark:find('[%[{]') and 1 or -1)
    end
    at = last + 1
  end
end

-- Before anything is verified: which issuer the token says it is from. That chooses the keys (workloads.conf), and is
-- believed for nothing else.
function note_caller(r)
  local payload = (r.headers_in['Authorization'] or ''):match('^%a+ +[%w_-]+%.([%w_-]+)%.[%w_-]+$')
  if not payload then return apache2.DECLINED end
  local json = r:base64_decode((payload:gsub('-', '+'):gsub('_', '/'))) or ''
  if text_claims(json)['iss'] == r.subprocess_env['GW_WORKLOAD_ISSUER'] then
    r.subprocess_env['GW_CALLER'] = 'workload'
  end
  return apache2.DECLINED
end

-- `name=value name="value with spaces"`, in printable ASCII without a backslash; undefined for anything else.
local function read_rule(line)
  local rule, rest = {}, line .. ' '
  while rest:find('%S') do
    local name, value, after = rest:match('^%s*([%w_]+)="([^"]+)"%s(.*)$')
    if not name then name, value, after = rest:match('^%s*([%w_]+)=([^%s"]+)%s(.*)$') end
    if not name or value:find('[^ -~]') or value:find('\\', 1, true) then return nil end
    rule[#rule + 1] = { name = name, value = value }
    rest = after
  end
  return WHO[rule[1].name] and rule
end

-- All rules of the file, or what is wrong with it: a file of which only a part is understood admits nobody.
local function read_rules(path)
  local file, problem = io.open(path)
  if not file then return nil, problem end
  local rules, number = {}, 0
  for line in file:lines() do
    number = number + 1
    if line:find('^%s*[^%s#]') then
      local rule = read_rule(line)
      if not rule then return nil, path .. ': line ' .. number .. ' is no rule' end
      rules[#rules + 1] = rule
    end
  end
  file:close()
  return rules
end

-- How many claims of a rule a token has, up to the first that it lacks.
local function count_held(rule, claims)
  for index, claim in ipairs(rule) do
    if claims[claim.name] ~= claim.value then return index - 1 end
  end
  return #rule
end

-- What the holder of a token is told. A value is named only to those who have the claims before it: anybody can get a
-- token of a public platform, and could otherwise read here which repositories there are.
local function missing_claim(rules, claims)
  local most, missing, names, seen = 0, nil, {}, {}
  for _, rule in ipairs(rules) do
    local held, who = count_held(rule, claims), rule[1].name
    if held > most then most, missing = held, rule[held + 1] end
    if not seen[who] then names[#names + 1], seen[who] = who, true end
  end
  if not missing then return table.concat(names, ' or ') end
  return missing.name .. '=' .. missing.value
end

-- Asked once the signature was found good, and before the policy decides.
function admit_workload(r)
  local env = r.subprocess_env
  if env['GW_CALLER'] ~= 'workload' then return apache2.DECLINED end
  local rules, problem = read_rules(env['GW_WORKLOAD_RULES'])
  if not rules then
    r:err('no workload may pass: ' .. problem)
    return 503
  end
  env['GW_NEED'] = 'the right'
  local claims = text_claims(env['OAUTH2_CLAIM_gw-payload'] or '')
  env['GW_REPOSITORY'] = claims['repository'] or claims['project_path'] or ''
  for _, rule in ipairs(rules) do
    if count_held(rule, claims) == #rule then
      env['GW_ADMITTED'] = 'yes'
      return apache2.DECLINED
    end
  end
  env['GW_LACKS'] = missing_claim(rules, claims)
  return apache2.DECLINED
end
