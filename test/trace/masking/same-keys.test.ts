import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskerUnder, maskText, maskTrace } from '../../../src/trace/masking.ts'
import type { AttributeValue } from '../../../src/trace/model.ts'
import { makeSpan, makeTrace } from '../make.ts'

/** Every word and phrase of `sensitive-keys.ts`. */
const SENSITIVE = [
  ...[
    'authorization',
    'authentication',
    'cookie',
    'cookies',
    'credential',
    'credentials',
    'passwd',
    'password',
  ],
  ...[
    'passphrase',
    'pwd',
    'secret',
    'secrets',
    'token',
    'jwt',
    'bearer',
    'session',
    'sessionid',
    'csrf',
    'xsrf',
  ],
  ...[
    'signature',
    'assertion',
    'api.key',
    'access.key',
    'private.key',
    'secret.key',
    'license.key',
    'auth.key',
  ],
  ...[
    'encryption.key',
    'signing.key',
    'apikey',
    'accesskey',
    'privatekey',
    'secretkey',
    'licensekey',
    'authkey',
  ],
  ...[
    'encryptionkey',
    'signingkey',
    'email',
    'mail',
    'phone',
    'telephone',
    'msisdn',
    'ssn',
    'iban',
    'birthdate',
  ],
  ...['birthday', 'firstname', 'lastname', 'fullname', 'username', 'first.name', 'last.name', 'full.name'],
  ...[
    'user.name',
    'login.name',
    'nick.name',
    'client.ip',
    'clientip',
    'remote.ip',
    'remoteip',
    'remote.addr',
  ],
  ...[
    'remoteaddr',
    'remote.address',
    'remoteaddress',
    'x.forwarded.for',
    'x.real.ip',
    'forwarded',
    'ip.address',
  ],
  ...['ipaddress', 'request.body', 'response.body', 'card', 'credit', 'account', 'pan', 'cvv', 'cvc'],
  ...['card.number', 'credit.no', 'account.number', 'cardno', 'accountnumber', 'pan.no'],
  ...[
    'dbpassword',
    'mysqlpasswd',
    'appsecret',
    'mapsapikey',
    'fbaccesstoken',
    'myidtoken',
    'gcprefreshtoken',
  ],
  ...[
    'jsessionid',
    'awssessiontoken',
    'myauthtoken',
    'mytoken',
    'homephone',
    'useremail',
    'mycookie',
    'idjwt',
  ],
  ...['xauthorization', 'myprivatekey', 'myaccesskey', 'enduser.id', 'enduser.hash', 'enduser.login'],
  ...['enduser.sub', 'enduser.subject', 'user.id', 'user.hash', 'user.login', 'user.sub', 'user.subject'],
  ...['ip', 'peer.ipv4', 'peer.ipv6', 'peer.address', 'net.peer.ip', 'client.address', 'http.client.addr'],
  ...['source.address', 'net.sock.peer.addr', 'db.query.parameter.0', 'db.operation.parameter.key'],
  ...['db.statement', 'db.query.text', 'sql', 'sql.query', 'sql.text', 'mongodb.query', 'cassandra.query'],
  ...['gen.ai.prompt', 'gen.ai.completion', 'gen.ai.input.messages', 'gen.ai.output.messages'],
  'gen.ai.system.instructions',
]

const HARMLESS = [
  ...['id', 'status', 'name', 'token.type', 'token.count', 'token.usage', 'tokens.limit'],
  ...['gen.ai.usage.input.tokens', 'usage.token.count', 'account.name', 'card.type', 'postcard', 'creditor'],
  ...[
    'page',
    'limit',
    'order.id',
    'first.names',
    'user.agent',
    'my.user.id',
    'sql.rows',
    'ip.version',
    'pancake',
  ],
  ...[
    'description',
    'telephony',
    'secretary',
    'tokenizer',
    'server.address',
    'host.ip',
    'amount',
    'currency',
  ],
]

/** A key as programs write it: `card.number`, `card_number`, `card-number`, `cardNumber`, `Card.number`. */
const WRITTEN: readonly ((key: string) => string)[] = [
  (key) => key,
  (key) => key.replaceAll('.', '_'),
  (key) => key.replaceAll('.', '-'),
  (key) => key.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  (key) => key.charAt(0).toUpperCase() + key.slice(1),
]

const asMember = (key: string, value: AttributeValue) => {
  const span = { ...makeSpan({ id: 1, name: 'get' }), attributes: [['map', { [key]: value }]] as const }
  const [[, shown] = []] = maskTrace({ ...makeTrace(), spans: [span] }).trace.spans[0]?.attributes ?? []
  return (shown as Readonly<Record<string, AttributeValue>>)[key]
}

/** JSON that is a text within JSON, `levels` times. */
const inJson = (text: string, levels: number): string =>
  levels === 0 ? text : inJson(JSON.stringify({ n: 1, message: text, ok: ['seen'] }), levels - 1)

/** Everywhere that a value may stand under its key, and what is shown there. */
function shownEverywhere(key: string, value: string) {
  const json = (levels: number) =>
    maskText(inJson(JSON.stringify({ n: 1, [key]: value, ok: 'seen' }), levels))
  return {
    attribute: maskerUnder(key)(value),
    member: asMember(key, value),
    json: json(0),
    withinJson: json(1),
    twiceWithinJson: json(2),
    exception: maskText(`pay.Failed: answer was ${JSON.stringify({ [key]: value })} at line 7`),
    first: maskText(`https://h.example/x?${key}=${value}&ok=seen`),
    later: maskText(`GET /x?page=2&${key}=${value}&ok=seen`),
    query: maskText(`${key}=${value}&ok=seen`),
  }
}

/** The same with another text in place of the value. */
function writtenEverywhere(key: string, value: string, inText = value) {
  const json = (levels: number) =>
    inJson(JSON.stringify({ n: 1, [key]: 'V', ok: 'seen' }).replace('"V"', inText), levels)
  return {
    attribute: value,
    member: value,
    json: json(0),
    withinJson: json(1),
    twiceWithinJson: json(2),
    exception: `pay.Failed: answer was {"${key}":${inText}} at line 7`,
    first: `https://h.example/x?${key}=${value}&ok=seen`,
    later: `GET /x?page=2&${key}=${value}&ok=seen`,
    query: `${key}=${value}&ok=seen`,
  }
}

const VALUE = fc.constantFrom('4111111111111111', '123-45-6789', 'Ada', 'DE89370400440532013000', '12345678')
const form = fc.nat({ max: WRITTEN.length - 1 })

describe('what a key says of its value holds for an attribute, a map, JSON and a query', () => {
  test.each(SENSITIVE)('masked: %s', (key) => {
    fc.assert(
      fc.property(form, VALUE, (written, value) => {
        const name = WRITTEN[written]?.(key) as string
        expect(shownEverywhere(name, value)).toEqual(writtenEverywhere(name, '[masked]'))
      }),
      { numRuns: 10 },
    )
  })

  test.each(HARMLESS)('shown: %s', (key) => {
    fc.assert(
      fc.property(form, VALUE, (written, value) => {
        const name = WRITTEN[written]?.(key) as string
        expect(shownEverywhere(name, value)).toEqual(writtenEverywhere(name, value, `"${value}"`))
      }),
      { numRuns: 10 },
    )
  })
})

describe('personal data in JSON', () => {
  test.each([
    ['{"card": "4111111111111111"}', '{"card": [masked]}'],
    ['{"phone":"+15551234567","ssn":"123-45-6789"}', '{"phone":[masked],"ssn":[masked]}'],
    [
      '{"otp":"1","pin":2,"pass":"x","passcode":3}',
      '{"otp":[masked],"pin":[masked],"pass":[masked],"passcode":[masked]}',
    ],
    ['{"cvv":123,"account":-5,"ok":7}', '{"cvv":[masked],"account":[masked],"ok":7}'],
    ['{"user":{"username":"bob","n":1}}', '{"user":{"username":[masked],"n":1}}'],
    ['{"user":{"first_name":"Bob"},"n":1}', '{"user":{"first_name":[masked]},"n":1}'],
    ['{"iban" : ["DE89", "FR76"], "n": 1}', '{"iban" : [masked], "n": 1}'],
    ['{"account":{"id":1,"owner":"Bob"},"n":1}', '{"account":[masked],"n":1}'],
    ['{:a=>1, "ssn"=>"123-45-6789"}', '{:a=>1, "ssn"=>[masked]}'],
    ['a;"{""ssn"":""123"",""n"":1}"', 'a;"{""ssn"":[masked],""n"":1}"'],
    ['{"clé.password":"x","n":1}', '{"clé.password":[masked],"n":1}'],
    ['{"ssn":[masked],"card":"[masked]"}', '{"ssn":[masked],"card":[masked]}'],
    ['{"ssn":"123","note":"cut o', '{"ssn":[masked],"note":"cut o'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    ['{"token_type":"Bearer","status":"open","code":"E7","state":"on","sig":"x"}'],
    ['{"card":true,"ssn":null,"iban":"","n":[]}'],
    ['{"list":["phone","ssn"],"n":"card"}'],
    ['the "account": not found'],
  ])('is not in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })

  test.each([
    ['{"ip":"10.0.0.7","n":1}', '{"ip":"10.0.0.7","n":1}'],
    ['{"net.peer.ip":"203.0.113.5","n":1}', '{"net.peer.ip":[masked],"n":1}'],
    ['{\\"peer.address\\":\\"10.0.0.7\\"}', '{\\"peer.address\\":\\"10.0.0.7\\"}'],
    ['{"client.ip":"10.0.0.7"}', '{"client.ip":[masked]}'],
    ['{"ip":["10.0.0.7"],"n":1}', '{"ip":[masked],"n":1}'],
    ['{"ip":7,"n":1}', '{"ip":[masked],"n":1}'],
    ['{"ip":"10.0.0.7', '{"ip":[masked]'],
    ['{\\\\"ip\\\\":\\\\"10.0.0.7\\\\"}', '{\\\\"ip\\\\":[masked]}'],
  ])('an address of a peer is masked if it is none of an internal network: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([0, 1, 2])('a statement keeps its shape, in JSON %i levels deep', (levels) => {
    const json = (sql: string) => inJson(JSON.stringify({ 'db.statement': sql, n: 1 }), levels)
    const sql = 'SELECT a."b" FROM t\n WHERE c = '
    expect(maskText(json(`${sql}'it''s \\\\'`))).toBe(json(`${sql}?`))
    expect(maskText(json('SELECT a FROM t'))).toBe(json('SELECT a FROM t'))
    expect(maskText(json('LPUSH key value'))).not.toContain('LPUSH')
    expect(maskText(json('{"a":{"$gt":5}}'))).toBe(json('{"a":{"$gt":?}}'))
  })

  test('a statement that was cut off is masked to its end', () => {
    expect(maskText('{"sql":"SELECT a FROM t WHERE n = \'x')).toBe('{"sql":[masked]')
    expect(maskText('{"sql":{"text":"SELECT 7"},"n":1}')).toBe('{"sql":[masked],"n":1}')
  })
})

describe('personal data in a query', () => {
  test.each([
    [
      'https://h/x?phone=15551234567&ssn=123-45-6789&card_number=4111&iban=DE89',
      'https://h/x?phone=[masked]&ssn=[masked]&card_number=[masked]&iban=[masked]',
    ],
    [
      '/x?user[phone]=1&user%5Bssn%5D=2&user[id]=3',
      '/x?user[phone]=[masked]&user%5Bssn%5D=[masked]&user[id]=[masked]',
    ],
    ['/x?card%5fnumber=1&%70age=2', '/x?card%5fnumber=[masked]&%70age=2'],
    ['/x?a;ssn=1;b=2#phone=3', '/x?a;ssn=[masked];b=2#phone=[masked]'],
    ['/x?to=/y?phone=1&n=2', '/x?to=/y?phone=[masked]&n=2'],
    ['/x?ip=10.0.0.7&net.peer.ip=203.0.113.5&n=1', '/x?ip=10.0.0.7&net.peer.ip=[masked]&n=1'],
    ['/x?client_ip=10.0.0.7&n=1', '/x?client_ip=[masked]&n=1'],
    ['/x?sql=SELECT%207&n=1', '/x?sql=[masked]&n=1'],
    ['/x?ssn=[masked]&ssn=', '/x?ssn=[masked]&ssn='],
    [
      '/x?code=1&state=2&sig=3&app_key=4&session_state=5',
      '/x?code=[masked]&state=[masked]&sig=[masked]&app_key=[masked]&session_state=[masked]',
    ],
    ['{"url":"/x?ssn=1&n=2","n":3}', '{"url":"/x?ssn=[masked]&n=2","n":3}'],
    ['{"url":"/x?n=2&ssn=1","n":3}', '{"url":"/x?n=2&ssn=[masked]","n":3}'],
    ['{"a":"{\\"url\\":\\"/x?ssn=1\\",\\"n\\":3}"}', '{"a":"{\\"url\\":\\"/x?ssn=[masked]\\",\\"n\\":3}"}'],
    ['{"url":"/x?ssn=1"}&n=2', '{"url":"/x?ssn=[masked]"}&n=2'],
    ['/x?ssn=a"b"c&n="2"', '/x?ssn=[masked]&n="2"'],
    ['a://b:c@d?ssn=1', 'a://[masked]@d?ssn=[masked]'],
    ['?note=1&token=a://b@c&n=1', '?note=1&token=[masked]&n=1'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['?page=2&order_id=7&q=phone&status=open#top'],
    ['account=prod is full'],
    ['see account: prod, and ssn=none'],
    ['where a.phone=b.phone'],
    ['a & ssn = b'],
  ])('is not in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

test.each(['{"password":     "hunter2"}', '{"password"    :\n        "hunter2"}'])(
  'JSON whose values are aligned: %j',
  (text) => {
    expect(maskText(text)).not.toContain('hunter2')
  },
)

describe('personal data in a map as Python writes it', () => {
  test.each([
    ["{'phone': '+49 30 1', 'n': 1}", "{'phone': [masked], 'n': 1}"],
    ["{'card_number': 4111, 'n': 1}", "{'card_number': [masked], 'n': 1}"],
    [
      "{'password': 'x', u'ssn': u'1-2', b'iban':b'DE'}",
      "{'password': [masked], u'ssn': [masked], b'iban':[masked]}",
    ],
    ["{'session': {'a': [1, '}']}, 'n': 1}", "{'session': [masked], 'n': 1}"],
    ["{'Set-Cookie': ['a', 'b'], 'n': 1}", "{'Set-Cookie': [masked], 'n': 1}"],
    [`{'username': "O'Neill", 'n': 1}`, "{'username': [masked], 'n': 1}"],
    ["{'email': 'cut o", "{'email': [masked]"],
    [
      `{"msg":"got {'phone': '+49', 'n': 1}","phone":"x"}`,
      `{"msg":"got {'phone': [masked], 'n': 1}","phone":[masked]}`,
    ],
    [`{"msg":"got {'phone': '+49","n":1}`, `{"msg":"got {'phone': [masked]","n":1}`],
    ["it's {'phone'=>'+49', 'n'=>1}", "it's {'phone'=>[masked], 'n'=>1}"],
    ["{'peer.ipv4': '10.0.0.7', 'ip': '203.0.113.5'}", "{'peer.ipv4': '10.0.0.7', 'ip': [masked]}"],
    [
      "{'sql': 'SELECT 7', 'db.statement': \"SELECT 'a'\"}",
      "{'sql': 'SELECT ?', 'db.statement': \"SELECT ?\"}",
    ],
    ["{'sql': 'SELECT \\'a\\'', 'n': 1}", "{'sql': [masked], 'n': 1}"],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    ["{'phone': None, 'session': True, 'ssn': '', 'token_type': 'Bearer'}"],
    ["{'status': 'open', 'list': ['phone', 'ssn']}"],
    ["the field 'phone': it isn't there"],
    ["select 'phone'::text, 'session' :: jsonb"],
  ])('is not in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

/** Each letter and sign of a key as JSON may write it, too. */
const inEscapes = (key: string) =>
  [...key].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

describe('a key of JSON that is written with escapes', () => {
  test.each([
    ['{"\\u0070assword":"x","n":1}', '{"\\u0070assword":[masked],"n":1}'],
    ['{"card\\u005Fnumber":4111,"n":1}', '{"card\\u005Fnumber":[masked],"n":1}'],
    ['{"cl\\u00e9.ssn":"1","a\\/b.ssn":"2"}', '{"cl\\u00e9.ssn":[masked],"a\\/b.ssn":[masked]}'],
    ['{"\\\\u0070ath":"x","C:\\\\temp":"y"}', '{"\\\\u0070ath":"x","C:\\\\temp":"y"}'],
    ['{"\\u0069p":"10.0.0.7","n":1}', '{"\\u0069p":"10.0.0.7","n":1}'],
    ['{"\\u0069p":"203.0.113.5","n":1}', '{"\\u0069p":[masked],"n":1}'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([0, 1, 2])('%i levels deep', (levels) => {
    fc.assert(
      fc.property(fc.constantFrom('phone', 'password', 'cardNumber', 'first_name'), (key) => {
        const json = `{"${inEscapes(key)}":"Ada 7","n":1}`
        expect(maskText(inJson(json, levels))).toBe(
          inJson(json.replace('"Ada 7"', 'V'), levels).replace('V', '[masked]'),
        )
      }),
      { numRuns: 8 },
    )
  })
})
