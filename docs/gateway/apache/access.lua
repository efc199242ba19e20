-- The rules of access.rules: who may read, and what. And whose keys a token is to be verified with (workloads.conf).
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

-- The claims of a token that are text, and those that are a list with text in it, by the exact letters of their names:
-- of the outermost object alone. A text that needs an escape other than \/ is left out.
local function read_claims(json)
  local claims, lists, depth, name, is_list, at = {}, {}, 0, nil, false, 1
  while true do
    at = json:find('[%[%]{},"]', at)
    if not at then return claims, lists end
    local mark, last = json:sub(at, at), at
    if mark == '"' then
      last = end_of_text(json, at + 1)
      if not last then return {}, {} end
      local text = json:sub(at + 1, last - 1):gsub('\\/', '/')
      local is_plain = not text:find('\\', 1, true)
      if depth == 1 and name then
        claims[name] = is_plain and text or nil
      elseif depth == 1 then
        name, claims[text], lists[text] = text, nil, {}
      elseif depth == 2 and name and is_list and is_plain then
        lists[name][text] = true
      end
    elseif mark == ',' then
      if depth == 1 then name = nil end
    else
      if depth == 1 then is_list = mark == '[' end
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
  if read_claims(json)['iss'] == r.subprocess_env['GW_WORKLOAD_ISSUER'] then
    r.subprocess_env['GW_CALLER'] = 'workload'
  end
  return apache2.DECLINED
end

-- The next word of a line: `name=value`, `name="value with spaces"`, or without a name. In printable ASCII, without a
-- backslash. Gives name, value and the rest of the line, or nothing.
local function next_word(line, pattern)
  local name, value, rest = line:match('^%s*' .. pattern .. '"([^"]+)"%s(.*)$')
  if not name then name, value, rest = line:match('^%s*' .. pattern .. '([^%s"]+)%s(.*)$') end
  if not name or value:find('[^ -~]') or value:find('\\', 1, true) then return nil end
  return name, value, rest
end

-- `who=… more=… -> place place`; nil for anything else. Without an arrow: wherever the gateway leads.
local function read_rule(line)
  local rule, rest = { who = {} }, line .. ' '
  while rest:find('%S') do
    local name, value, after
    if not rule.places and rest:find('^%s*%->%s+%S') then
      rule.places, after = {}, rest:match('^%s*%->(.*)$')
    elseif rule.places then
      -- () captures nothing but where it stands.
      name, value, after = next_word(rest, '()')
      rule.places[#rule.places + 1] = value
    else
      name, value, after = next_word(rest, '([%w_]+)=')
      rule.who[#rule.who + 1] = { name = name, value = value }
    end
    if not after then return nil end
    rest = after
  end
  local first = rule.who[1] and rule.who[1].name
  rule.is_for_people = first == 'group'
  for _, claim in ipairs(rule.who) do
    if (claim.name == 'group') ~= rule.is_for_people then return nil end
  end
  return (rule.is_for_people or WHO[first]) and rule
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
      if not rule then problem = problem or path .. ': line ' .. number .. ' is no rule' end
      rules[#rules + 1] = rule
    end
  end
  file:close()
  return not problem and rules, problem
end

-- Whether a rule leads to the project (`organization/project`) or tenant asked for. `organization/` is the list of its
-- projects, for all who may read one of them. A backend-*.conf that knows no places leaves `place` empty.
local function leads_to(rule, place)
  if place == '(invalid)' then return false end
  if not rule.places then return true end
  for _, granted in ipairs(rule.places) do
    local all = granted:match('^(.+/)%*$')
    if granted == place or (all and place:sub(1, #all) == all) then return true end
    if place:find('/$') and granted:sub(1, #place) == place then return true end
  end
  return false
end

-- How many claims of a rule the caller has, up to the first that is missing.
local function count_held(rule, holds)
  for index, claim in ipairs(rule.who) do
    if not holds(claim.name, claim.value) then return index - 1 end
  end
  return #rule.who
end

-- What a workload is told. A value is named only to those who have the claims before it: anybody can get a token of a
-- public platform, and could otherwise read here which repositories there are.
local function missing_claim(rules, holds)
  local most, missing, names, seen = 0, nil, {}, {}
  for _, rule in ipairs(rules) do
    local held, first = count_held(rule, holds), rule.who[1].name
    if held == #rule.who then return nil end
    if held > most then most, missing = held, rule.who[held + 1] end
    if not seen[first] then names[#names + 1], seen[first] = first, true end
  end
  if not missing then return table.concat(names, ' or ') end
  return missing.name .. '=' .. missing.value
end

-- What a person is told: the groups that may read it.
local function missing_groups(rules, place)
  local names = {}
  for _, rule in ipairs(rules) do
    local groups = {}
    for index, claim in ipairs(rule.who) do groups[index] = claim.value end
    if leads_to(rule, place) then names[#names + 1] = table.concat(groups, ' and ') end
  end
  return #names > 0 and table.concat(names, ' or ') or nil
end

-- Asked once the signature was found good, and before the policy decides.
function admit(r)
  local env = r.subprocess_env
  local is_workload = env['GW_CALLER'] == 'workload'
  if not is_workload and not env['GW_PEOPLE_NEED_RULE'] then return apache2.DECLINED end
  local all, problem = read_rules(env['GW_RULES'])
  if not all then
    r:err('nobody who needs a rule may pass: ' .. problem)
    return 503
  end
  local claims, lists = read_claims(env['OAUTH2_CLAIM_gw-payload'] or '')
  local groups = lists[env['GW_GROUP_CLAIM']] or {}
  local function holds(name, value)
    if is_workload then return claims[name] == value end
    return groups[value] or claims[env['GW_GROUP_CLAIM']] == value
  end
  if is_workload then
    env['GW_NEED'] = 'the right'
    env['GW_REPOSITORY'] = claims['repository'] or claims['project_path'] or ''
  end
  local rules, place = {}, env['GW_PLACE'] or ''
  for _, rule in ipairs(all) do
    if rule.is_for_people ~= is_workload then rules[#rules + 1] = rule end
  end
  for _, rule in ipairs(rules) do
    if count_held(rule, holds) == #rule.who and leads_to(rule, place) then
      env['GW_ADMITTED'] = 'yes'
      return apache2.DECLINED
    end
  end
  if is_workload then
    env['GW_LACKS'] = missing_claim(rules, holds)
  else
    env['GW_LACKS'] = missing_groups(rules, place)
  end
  return apache2.DECLINED
end
