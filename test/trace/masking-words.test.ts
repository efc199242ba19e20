import { describe, expect, test } from 'vitest'
import { MASKED } from '../../src/trace/masking/kept-value.ts'
import { maskerUnder, maskText, maskTrace } from '../../src/trace/masking.ts'
import type { AttributeValue } from '../../src/trace/model.ts'
import { makeSpan, makeTrace } from './make.ts'

describe('a secret, however it is written', () => {
  test.each([
    ['cut eyJhbGciOiJI.eyJzdWIiOiIx', 'cut [masked]'],
    ['session-eyJhbGciOiJI.eyJzdWIiOiIx.c2ln-eyJ! next', 'session-[masked]! next'],
    ['eyJhbGciOiJI-eyJhbGciOiJI.eyJzdWIiOiIx', '[masked]'],
    ['eyJhbGciOiJI.short eyJhbGciOiJI eyJ.eyJzdWIiOiIx', 'eyJhbGciOiJI.short eyJhbGciOiJI eyJ.eyJzdWIiOiIx'],
    ['eyJhbGciOiJI@mail.example and eyJhbGciOiJI-AKIAIOSFODNN7EXAMPLE', '[masked] and eyJhbGciOiJI-[masked]'],
    ['Bearer   abcdefghijkl, bearer  abcdefghijk1', '[masked], [masked]'],
    ['said Basic QWxhZGRpbjpv', 'said [masked]'],
    ['said BEARER ABCDEFGHIJKL', 'said [masked]'],
    ['said BASIC QWxhZGRpbjpv', 'said [masked]'],
    ['bearer abcdefghijkLmnop', '[masked]'],
    ['bearer ABCDEFGHIJKLMNOP', 'bearer ABCDEFGHIJKLMNOP'],
    [`ghp_${'a1'.repeat(10)} ghs_${'b2'.repeat(10)}`, '[masked] [masked]'],
    ['ghp_short ghx_aaaaaaaaaaaaaaaaaaaaaaaa', 'ghp_short ghx_aaaaaaaaaaaaaaaaaaaaaaaa'],
    ['ada.l+x@mail.example.co.uk wrote', '[masked] wrote'],
    ['a@b.example and c@d.example', '[masked] and [masked]'],
    ['see 10 of code=x', 'see 10 of code=x'],
    ['/a?x_token=1&my.key=2&-auth=3', '/a?x_token=[masked]&my.key=[masked]&-auth=[masked]'],
    ['/a?session_state=1;sessionid=2', '/a?session_state=[masked];sessionid=[masked]'],
    ['https://app/cb#token=a1&page=2 then', 'https://app/cb#token=[masked]&page=2 then'],
    ['/cb#state=a1', '/cb#state=[masked]'],
    ['go to #code=a1 #access_token=b2', 'go to #code=[masked] #access_token=[masked]'],
    ['https://app/docs#keys and issue #7=open', 'https://app/docs#keys and issue #7=open'],
    ['cut at token=a1 and page_token=b2', 'cut at token=[masked] and page_token=[masked]'],
    ["(#state=a1 and '#code=b2", "(#state=[masked] and '#code=[masked]"],
    ['Unexpected token: { in JSON, token = {', 'Unexpected token: { in JSON, token = {'],
    ['token=abc token= def token==', 'token=[masked] token= [masked] token=='],
    ['token=$2b$10$abc token=?abc token=)abc', 'token=[masked] token=[masked] token=[masked]'],
    ['{:token=>"a b", :n=>1}', '{:token=>[masked], :n=>1}'],
    ['apikey=a accesstoken=b authtoken=c', 'apikey=[masked] accesstoken=[masked] authtoken=[masked]'],
    ['access_token: b auth-token: c', 'access_token: [masked] auth-token: [masked]'],
    ['refresh_token: eyJhbGciOi/abcdef, id_token: b/c+d==', 'refresh_token: [masked], id_token: [masked]'],
    ['userIdToken: a x-amz-security-token: b', 'userIdToken: [masked] x-amz-security-token: [masked]'],
    ['password := a, refresh_token: validword', 'password := [masked], refresh_token: [masked]'],
    ['env AWS_SECRET_ACCESS_KEY=a/b+c run', 'env AWS_SECRET_ACCESS_KEY=[masked] run'],
    ['password = "open sesame", next', 'password = [masked], next'],
    ["pwd='open sesame' next", 'pwd=[masked] next'],
    ['--db-password x --my_secret=y', '--db-password [masked] --my_secret=[masked]'],
    [
      '--apikey x --api-key y --accesskey z --access-key w',
      '--apikey [masked] --api-key [masked] --accesskey [masked] --access-key [masked]',
    ],
    ['--token   x', '--token   [masked]'],
    [
      '--secret-key a --private-key b --api_key c',
      '--secret-key [masked] --private-key [masked] --api_key [masked]',
    ],
    [
      '--passphrase a --pwd b --password      c',
      '--passphrase [masked] --pwd [masked] --password      [masked]',
    ],
    ['PRIVATE-TOKEN: a X-Vault-Token: b', 'PRIVATE-TOKEN: [masked] X-Vault-Token: [masked]'],
    ['X-Auth-Key: a --auth-key b', 'X-Auth-Key: [masked] --auth-key [masked]'],
    ['POST /acs SAMLResponse=a+b/c= RelayState=d', 'POST /acs SAMLResponse=[masked] RelayState=d'],
    ['PHPSESSID=a JSESSIONID=b connect.sid=c', 'PHPSESSID=[masked] JSESSIONID=[masked] connect.sid=[masked]'],
    ['{"SAMLResponse":"a"}', '{"SAMLResponse":[masked]}'],
    ['GITHUB_TOKEN: a api_token: b', 'GITHUB_TOKEN: [masked] api_token: [masked]'],
    ['Authorization: Token a b\nHost: c', 'Authorization: [masked]\nHost: c'],
    ['Proxy-Authorization: Digest username=a, b\nn', 'Proxy-Authorization: [masked]\nn'],
    ['Cookie: a=b; c=d\nSet-Cookie: e=f; Path=/', 'Cookie: [masked]\nSet-Cookie: [masked]'],
    ["sql: CREATE USER a IDENTIFIED BY 'S' x", 'sql: CREATE USER a IDENTIFIED BY [masked] x'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.aaaaaa.bbbbb.ccccc then', '[masked] then'],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\na\n-----END PGP PRIVATE KEY BLOCK----- end', '[masked] end'],
    ...[
      'glpat-',
      'npm_',
      'hf_',
      'dop_v1_',
      'shpat_',
      'pypi-',
      'sk-proj-',
      'sk-ant-',
      'sk_test_',
      'rk_live_',
    ].map((beginning) => [
      `key: ${beginning}${'a1b2'.repeat(15)} x`.replace(/(shpat_.{32}).*/, '$1 x'),
      'key: [masked] x',
    ]),
    [`key: SG.${'a1'.repeat(10)}.${'b2'.repeat(10)}`, 'key: [masked]'],
    ['--token "a b" c', '--token [masked] c'],
    ["--token 'a b' c", '--token [masked] c'],
    ['{"x_token" : "a","my.cookie":"b"}', '{"x_token" : [masked],"my.cookie":[masked]}'],
    [
      '{"privatekey":"a","private_key":"b","accesskey":"c"}',
      '{"privatekey":[masked],"private_key":[masked],"accesskey":[masked]}',
    ],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })
})

test.each([
  'unexpected token=> in line 5',
  'Authorization: failed, cookie: none, npm_config_cache, hf_short and sk-proj-1',
  'unexpected token=) at line 5',
  'unexpected token=), expected token=;',
  'expected token=? or more',
  'where token=$1 and id=$2',
  'if token==expected then',
  'invalid_token: the token has expired',
  'next_token: 7, and token_type: Bearer',
  'monkey: yes, sort_key: name',
  'the issue #state=open is due',
  'see\n#state=7 and\t#state=8',
  'if id_token === undefined or access_token == x or password == y',
  'refresh_token: rotated, id_token: missing; access_token: not found',
  'access_token: valid. session_token: null',
  'mandatory_id_token: x, paid_token: 3',
  "Invalid field 'phone': 'must be set\n at a.js:1",
  "KeyError 'token': [see below\nmore",
  "CASE 'session': 5",
  "cond ? 'token': 'other'",
  '/x?a=sort_key%3Dasc',
])('nothing is masked in what only looks like a secret: %j', (text) => {
  expect(maskText(text)).toBe(text)
})

describe('names of parameters in a URL', () => {
  test.each([
    ...['code', 'CODE', 'auth_code', 'authCode', 'authcode', 'AuthorizationCode', 'verification-code'],
    ...['otp_code', 'otpCode', 'sms.code', 'device_code', 'user_code', 'usercode', 'passcode', 'pass_code'],
    ...['oauth[code]', 'oauth2_code', 'login_code', 'mfaCode', '2fa_code', 'reset_code', 'invite_code'],
    ...['one_time_code', 'onetimecode', 'emailcode', 'email_code', 'magic_code', 'sso_code', 'exchange_code'],
    ...[
      'authz_code',
      'authn_code',
      'id_code',
      'data.code',
      'params[code]',
      'oauth_response[code]',
      'tokencode',
    ],
    ...['auth_response[code]', 'busercode', 'oneTimeCode', 'linkCode', 'securecode'],
    ...['otp', 'pin', 'pass', 'passcode', 'SAMLResponse', 'ticket', 'code_verifier'],
    ...['api_key', 'apiKey', 'x-api-key', 'APIKEY', 'appkey', 'Key', 'subscription-key'],
    ...['oauth', 'basicauth', 'X-Amz-Signature', 'sig', 'authstate', 'oauth_state', 'state', 'dbpwd'],
    ...['monkey_key', 'aspsessionidab'],
  ])('?%s=… is masked', (name) => {
    expect(maskText(`/x?${name}=v1&page=2`)).toBe(`/x?${name}=[masked]&page=2`)
  })

  test.each([
    ...[
      'barcode',
      'zip_code',
      'zipcode',
      'status_code',
      'errorCode',
      'countryCode',
      'postal_code',
      'StatusCode',
    ],
    ...['promo_code', 'qr_code', 'unicode', 'decode', 'response[code]', 'language-code', 'airport.code'],
    ...[
      'http_status_code',
      'billingZipCode',
      'postcode',
      'product_barcode',
      'encode',
      'urlDecode',
      'exit_code',
    ],
    ...['currency_code', 'langCode', 'lang', 'hs_code', 'nace_code', 'iso_code', 'isoCode', 'skuCode'],
    ...[
      'item[code]',
      'reasoncode',
      'area-code',
      'regionCode',
      'taxCode',
      'dept_code',
      'color.code',
      'httpcode',
    ],
    ...['sort_key', 'sortKey', 'order_state'],
    ...['superuser_codes', 'monkey', 'turkey', 'hockey', 'Whiskey', 'estate', 'session_count'],
  ])('?%s=… is shown', (name) => {
    expect(maskText(`/x?${name}=v1&page=2`)).toBe(`/x?${name}=v1&page=2`)
  })
})

describe('user name and password of a URL', () => {
  test.each([
    ['to https://u:p@S@h/ now', 'to https://[masked]@h/ now'],
    ['to postgres://u:p/S@h now', 'to postgres://[masked]@h now'],
    ['dial ada:S@tcp(db:3306)/shop', 'dial [masked]@tcp(db:3306)/shop'],
    ['dial ada:a@S@unix(/run/s)/shop', 'dial [masked]@unix(/run/s)/shop'],
    ['["https://u:p@h","https://i/@b"]', '["https://[masked]@h","https://i/@b"]'],
    ['https://u:p@h?to=@b', 'https://[masked]@h?to=@b'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each(['https://h:4873/@scope/pkg', 'https://h/a:b/@c', 'http://h, @ada and b@tcp'])(
    'is not in %s',
    (text) => {
      expect(maskText(text)).toBe(text)
    },
  )
})

describe('a URL that is the value of a parameter', () => {
  const inner = 'https://b.example/?page=2&access_token=secret123456&n=1#top'
  const masked = 'https://b.example/?page=2&access_token=[masked]&n=1#top'
  const encoded = (text: string, times: number): string =>
    times === 0 ? text : encodeURIComponent(encoded(text, times - 1)).replaceAll('%5Bmasked%5D', '[masked]')

  test.each([1, 2, 3])('is masked where it is encoded %i times', (times) => {
    const around = (text: string) => `https://a.example/cb?next=${encoded(text, times)}&m=2`
    const shown = around(masked).replace(/%(?:25)*5Bmasked%(?:25)*5D/, '[masked]')
    expect(maskText(around(inner))).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    [
      'https://a/cb?next=https%3A%2F%2Fb%2F%3Faccess_token%3Dsecret123456',
      'https://a/cb?next=https%3A%2F%2Fb%2F%3Faccess_token%3D[masked]',
    ],
    ['https%3a%2f%2fb%2f%3fphone%3d49%26n%3d1', 'https%3a%2f%2fb%2f%3fphone%3d[masked]%26n%3d1'],
    ['GET /login/%2Fcb%23id_token%3Da.b%252Fc then', 'GET /login/%2Fcb%23id_token%3D[masked] then'],
    ['/x?data=ssn%3D1%26n%3D2&phone=3', '/x?data=ssn%3D[masked]%26n%3D2&phone=[masked]'],
    ['/x?next=/cb?card%5Fnumber%3D4111', '/x?next=/cb?card%5Fnumber%3D[masked]'],
    [
      '/x?next=%2Fcb%3Fuser%5Bphone%5D%3D4%26user%255Bssn%255D%3D5',
      '/x?next=%2Fcb%3Fuser%5Bphone%5D%3D[masked]%26user%255Bssn%255D%3D[masked]',
    ],
    ['/x?a=%3Ftoken%3Da%2526b%26n%3D1', '/x?a=%3Ftoken%3D[masked]%26n%3D1'],
    ['?$filter=account%3D5%20and%20status%3Dopen', '?$filter=account%3D[masked]%20and%20status%3Dopen'],
    ['?a=%3Fphone%3D5%7D&b=%3Fphone%3D6%29;', '?a=%3Fphone%3D[masked]%7D&b=%3Fphone%3D[masked]%29;'],
    ['/x?a=%253Ftoken%253Da%26n%3D1', '/x?a=%253Ftoken%253D[masked]%26n%3D1'],
    ['{"url":"/x?next=%3Fssn%3D1","n":1}', '{"url":"/x?next=%3Fssn%3D[masked]","n":1}'],
    ["see '/x?next=%3Fssn%3D1', n", "see '/x?next=%3Fssn%3D[masked]', n"],
    [
      '/x?next=%3Fip%3D10.0.0.7%26net.peer.ip%3D203.0.113.5',
      '/x?next=%3Fip%3D10.0.0.7%26net.peer.ip%3D[masked]',
    ],
    ['/x?next=https%3A%2F%2Fada%3Apw%40db%2Fx', '/x?next=https%3A%2F%2F[masked]%40db%2Fx'],
    [
      '/x?next=https%253A%252F%252Fada%253Apw%2540db%252Fx',
      '/x?next=https%253A%252F%252F[masked]%2540db%252Fx',
    ],
    ['?next=https%3A%2F%2Fu%3Ap%2540S3cr3t%40b%2F', '?next=https%3A%2F%2F[masked]%40b%2F'],
    ['?next=https%3A%2F%2Fu%3Ap%40S3cr3t%40b%2Fc%40d', '?next=https%3A%2F%2F[masked]%40b%2Fc%40d'],
    ['?next=%2F%2Fu%3AS3cr3t%40b', '?next=%2F%2F[masked]%40b'],
    ['?n=%3Fnext%3D%252F%252Fu%253AS3%2540b', '?n=%3Fnext%3D%252F%252F[masked]%2540b'],
    ['?next=https:%2F%2Fu:S3cr3t%40b', '?next=https:%2F%2F[masked]%40b'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    '/x?next=https%3A%2F%2Fb%2F%3Fpage%3D2%26status_code%3D5',
    '/x?next=%3Fssn%3D%26n%3D1',
    '/x?q=ssn%20%3D%201',
    '/x?q=100%25&mail=',
    '/x?next=https%3A%2F%2Fb%2Fc%40d',
  ])('and not where nothing is sensitive: %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

describe('a trace that is masked', () => {
  const masked = (attributes: readonly (readonly [string, AttributeValue])[], message?: string) => {
    const span = { ...makeSpan({ id: 1, name: 'get', message: message ?? '' }), attributes }
    if (message === undefined) Object.assign(span, { statusMessage: undefined })
    const { trace, masked: count } = maskTrace({ ...makeTrace(), spans: [span] })
    const [one] = trace.spans
    return { attributes: one?.attributes, message: one?.statusMessage, count: count() }
  }

  test('shows what is no value: nothing, an empty text, yes and no', () => {
    const nothing = [
      ['password', null],
      ['token', ''],
      ['session', true],
    ] as const
    expect(masked(nothing)).toEqual({ attributes: nothing, message: undefined, count: 0 })
  })

  test('counts what it has masked, text by text', () => {
    const three = masked(
      [
        ['password', 'p'],
        ['note', 'mail a@b.example'],
        ['other', 'key = value: none'],
        ['list', ['x', 'a@b.example']],
      ],
      'fine: nothing here',
    )
    expect(three.count).toBe(3)
    expect(three.message).toBe('fine: nothing here')
  })
})

describe('a value under a sensitive key', () => {
  const seen = (key: string, value: AttributeValue) => {
    const span = { ...makeSpan({ id: 1, name: 'get' }), attributes: [[key, value]] as const }
    const { trace, masked: count } = maskTrace({ ...makeTrace(), spans: [span] })
    const [[, shown] = []] = trace.spans[0]?.attributes ?? []
    return [shown, count()]
  }
  const bytes = new Uint8Array([1, 2])

  test.each<[string, string, AttributeValue, AttributeValue, number]>([
    ['a text', 'password', 'p', MASKED, 1],
    ['a number', 'session_id', 7, MASKED, 1],
    ['a big number', 'session_id', 7n, MASKED, 1],
    ['bytes', 'token', bytes, MASKED, 1],
    ['a list', 'cookies', ['a', 'b'], MASKED, 1],
    ['a map', 'credentials', { a: 1 }, MASKED, 1],
    ['the address of a person', 'client.address', '10.0.0.7', MASKED, 1],
    ['the address of a peer outside', 'net.peer.ip', '203.0.113.5', MASKED, 1],
    ['a peer that is a number', 'net.peer.ip', 7, MASKED, 1],
    [
      'a statement with values',
      'db.statement',
      'SELECT a FROM t WHERE b = 7',
      'SELECT a FROM t WHERE b = ?',
      1,
    ],
    ['a statement in a language that is not known', 'db.statement', 'LPUSH key value', MASKED, 1],
    ['a statement that is a number', 'db.statement', 7, MASKED, 1],
  ])('%s is masked', (_, key, value, shown, count) => {
    expect(seen(key, value)).toEqual([shown, count])
  })

  test.each<[string, string, AttributeValue]>([
    ['the address of a peer inside', 'net.peer.ip', '10.0.0.7'],
    ['a statement without values', 'db.statement', 'SELECT a FROM t'],
    ['a number elsewhere', 'retries', 7],
    ['a big number elsewhere', 'size', 7n],
    ['bytes elsewhere', 'payload', bytes],
    ['a list of harmless values', 'list', ['a', 1, null, true, '']],
    ['a map of them', 'map', { a: { b: ['c'] }, password: '' }],
    ['an internal address under another key', 'note', '10.0.0.7'],
  ])('%s is not', (_, key, value) => {
    expect(seen(key, value)).toEqual([value, 0])
  })

  test('is masked in bytes that are text, which stay bytes', () => {
    const utf8 = (text: string) => new Uint8Array(Buffer.from(text))
    expect(seen('payload', utf8('é password=S'))).toEqual([utf8(`é password=${MASKED}`), 1])
    expect(seen('payload', utf8('é seen'))).toEqual([utf8('é seen'), 0])
    const noText = new Uint8Array([...utf8('password=S'), 0xff])
    expect(seen('payload', noText)).toEqual([noText, 0])
    const items = [utf8('password=S'), 1]
    expect(seen('list', items)).toEqual([[utf8(`password=${MASKED}`), 1], 1])
  })

  test('deep inside is masked, each by its own name', () => {
    expect(seen('map', { a: [{ token: 't', n: 1 }], b: { email: 'x' }, c: 'mail a@b.example' })).toEqual([
      { a: [{ token: MASKED, n: 1 }], b: { email: MASKED }, c: `mail ${MASKED}` },
      3,
    ])
  })

  test.each<[AttributeValue[], AttributeValue[], number]>([
    [['mysqldump', '--password', 'hunter2', 'db'], ['mysqldump', '--password', MASKED, 'db'], 1],
    [['-api-key', 'a', '--db_secret', 'b'], ['-api-key', MASKED, '--db_secret', MASKED], 2],
    [['--token', '--verbose', '--token'], ['--token', '--verbose', '--token'], 0],
    [['--token', '', 'x', '--token', null], ['--token', '', 'x', '--token', null], 0],
    [['--token', 5, '--secret', -7, 8], ['--token', MASKED, '--secret', MASKED, 8], 2],
    [['--token', '-abcd', '--host', 5], ['--token', '-abcd', '--host', 5], 0],
    [
      ['--token=a', 'b', 'my--token', 'c', '--tokens', 'd'],
      [`--token=${MASKED}`, 'b', 'my--token', 'c', '--tokens', 'd'],
      1,
    ],
    [['--no-password', ['x']], ['--no-password', ['x']], 0],
    [[['--token'], 'x'], [['--token'], 'x'], 0],
    [['--API-Key', 'x'], ['--API-Key', MASKED], 1],
  ])('in a list stands behind its flag: %j', (list, shown, count) => {
    expect(seen('process.command_args', list)).toEqual([shown, count])
  })

  test('and a big number, too', () => {
    expect(seen('process.command_args', ['--token', 5n, 6n])).toEqual([['--token', MASKED, 6n], 1])
  })

  test.each([
    ['["mysqldump","--password","hunter2","db"]', '["mysqldump","--password",[masked],"db"]'],
    ["['--db-token', 'a b', 'c']", "['--db-token', [masked], 'c']"],
    ['["--token","--verbose"]', '["--token","--verbose"]'],
    ['["--token",5,"--token"]', '["--token",[masked],"--token"]'],
    ["['--password', -7.5, 'b', 8]", "['--password', [masked], 'b', 8]"],
    ['[\\"--password\\",7]', '[\\"--password\\",[masked]]'],
    ['["--token", "-abcd", "b"]', '["--token", "-abcd", "b"]'],
    ['["--token",null,"--host",5]', '["--token",null,"--host",5]'],
    ['a "--token", and "b"', 'a "--token", and "b"'],
  ])('and so it does in a list that is written as a text: %s', (list, shown) => {
    expect(maskText(list)).toBe(shown)
  })

  test.each([
    ['password', 'p', MASKED],
    ['password', '', ''],
    ['note', 'mail a@b.example', `mail ${MASKED}`],
    ['note', 'fine', 'fine'],
    ['db.statement', 'SELECT 7', 'SELECT ?'],
    ['net.peer.ip', '10.0.0.7', '10.0.0.7'],
  ])('in a line of its own: %s = %j is shown as %j', (key, text, shown) => {
    expect(maskerUnder(key)(text)).toBe(shown)
  })
})

test('what a back end says of a trace is masked and counted, and nothing is added', () => {
  const warnings = { spans: 2, texts: ['fine', 'of a@b.example'] }
  const { trace, masked: count } = maskTrace({ ...makeTrace(), partial: 'password=x', warnings })
  expect(trace).toEqual({
    ...makeTrace(),
    partial: `password=${MASKED}`,
    warnings: { spans: 2, texts: ['fine', `of ${MASKED}`] },
  })
  expect(count()).toBe(2)
  expect(Object.keys(maskTrace(makeTrace()).trace)).toEqual(Object.keys(makeTrace()))
})

describe('what many spans share', () => {
  const resource = [
    ['host', 'a'],
    ['email', 'a@b.example'],
  ] as const
  const scope = { name: 'lib', version: '1', attributes: resource }
  const span = { ...makeSpan({ id: 1, name: 'mail to a@b.example' }), resource, scope }
  const plain = { ...makeSpan({ id: 2, name: 'get' }), scope: undefined }

  test('is masked and counted once for all of them, and stays shared', () => {
    const { trace, masked: count } = maskTrace({ ...makeTrace(), spans: [span, span, plain] })
    const [one, two, three] = trace.spans
    expect(one?.resource).toEqual([
      ['host', 'a'],
      ['email', MASKED],
    ])
    expect(two?.resource).toBe(one?.resource)
    expect(one?.scope).toEqual({ name: 'lib', version: '1', attributes: one?.resource })
    expect(two?.scope?.attributes).toBe(one?.resource)
    expect(count()).toBe(1)
    expect([three?.scope, three?.name]).toEqual([undefined, 'get'])
    expect([one?.name, two?.name]).toEqual([`mail to ${MASKED}`, `mail to ${MASKED}`])
  })

  test('events and links keep their times and ids', () => {
    const event = { name: 'to a@b.example', timeNanos: 5n, attributes: [['token', 't']] as const }
    const link = { traceId: 'a', spanId: 'b', attributes: [['token', 't']] as const }
    const { trace } = maskTrace({ ...makeTrace(), spans: [{ ...plain, events: [event], links: [link] }] })
    expect(trace.spans[0]?.events).toEqual([
      { name: `to ${MASKED}`, timeNanos: 5n, attributes: [['token', MASKED]] },
    ])
    expect(trace.spans[0]?.links).toEqual([{ ...link, attributes: [['token', MASKED]] }])
  })
})

test.each([
  ['password=>"a b"', 'password=>[masked]'],
  ['ssn=>x', 'ssn=>x'],
  ['password=a&ssn=b', 'password=[masked]&ssn=[masked]'],
])('what is masked once stays as it is: %s', (text, shown) => {
  expect(maskText(text)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})
