import { describe, expect, test } from 'vitest'
import { isSensitive } from '../../src/trace/masking/sensitive-keys.ts'
import { MASKED } from '../../src/trace/masking/value.ts'
import { maskerUnder, maskText, maskTrace, maskValue } from '../../src/trace/masking.ts'
import { makeSpan, makeTrace } from './make.ts'

describe('keys', () => {
  test.each([
    ...['authorization', 'http.request.header.authorization', 'http.request.header.set-cookie', 'Cookie'],
    ...[
      'db.password',
      'user_password',
      'userPassword',
      'api_key',
      'apiKey',
      'x-api-key',
      'aws.secret_access_key',
    ],
    ...['access_token', 'refreshToken', 'session.id', 'sessionInfo.sessionId', 'csrf-token', 'client_secret'],
    ...['email', 'user.email', 'enduser.id', 'user.name', 'phone', 'username', 'firstName', 'card_number'],
    ...['client.address', 'net.peer.ip', 'http.client_ip', 'client_ip', 'x-forwarded-for', 'peer.ipv4', 'ip'],
    ...['db.statement', 'db.query.text', 'sql.query', 'http.request.body', 'gen_ai.prompt'],
    ...['credit.', 'card-number', 'pan_'],
  ])('%s is masked', (key) => {
    expect(isSensitive(key)).toBe(true)
  })

  test.each([
    ...['http.method', 'http.response.status_code', 'service.name', 'server.address', 'host.ip', 'host.name'],
    ...['db.system', 'db.name', 'rpc.method', 'net.host.ip', 'code.function', 'messaging.message.id'],
    ...[
      'gen_ai.usage.input_tokens',
      'token.count',
      'net.peer.name',
      'thread.name',
      'k8s.pod.name',
      'description',
    ],
  ])('%s is not', (key) => {
    expect(isSensitive(key)).toBe(false)
  })
})

test.each([
  ['mail from ada@example.org failed', `mail from ${MASKED} failed`],
  ['{"m":"x\\nBearer abcdefghijklmnop"}', `{"m":"x\\n${MASKED}"}`],
  ['{"m":"x\\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}', `{"m":"x\\n${MASKED}"}`],
  ['{"m":"x\\tghp_abcdefghijklmnopqrstuvwx"}', `{"m":"x\\t${MASKED}"}`],
  ['{"m":"Contact:\\nada@example.org"}', `{"m":"Contact:\\n${MASKED}"}`],
  ['{"m":"a\\t\\u003cada@example.org\\u003e"}', `{"m":"a\\t\\u003c${MASKED}\\u003e"}`],
  ['Authorization: Bearer abcdefghijklmnop', `Authorization: ${MASKED}`],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!', `got ${MASKED}!`],
  ['https://x.example/a?page=2&token=abc&b=1', `https://x.example/a?page=2&token=${MASKED}&b=1`],
  ['postgres://ada:pw@db/x', `postgres://${MASKED}@db/x`],
  ['GET /orders/7?page=2', 'GET /orders/7?page=2'],
])('%s → %s', (text, masked) => {
  expect(maskText(text)).toBe(masked)
})

test('a trace: attributes, events, links, resource and messages, and what was given stays as it is', () => {
  const span = {
    ...makeSpan({ id: 1, name: 'mail ada@example.org', message: 'no token=abc for ada@example.org' }),
    attributes: [
      ['password', 'p'],
      ['list', ['a', 'ada@example.org']],
      ['map', { email: 'x', ok: 1 }],
      ['n', 5],
      ['session_id', 1234],
      ['card', 4111_1111_1111_1111],
    ] as const,
    events: [{ name: 'sent to ada@example.com', timeNanos: 1n, attributes: [['cookie', 'c']] as const }],
    links: [{ traceId: 'a', spanId: 'b', attributes: [['api_key', 'k']] as const }],
    resource: [['secret', 's']] as const,
    scope: { name: 'auth', attributes: [['token', 't']] as const },
  }
  const { trace, masked } = maskTrace({ ...makeTrace(), spans: [span, span] })
  const [one, two] = trace.spans
  expect(one?.name).toBe(`mail ${MASKED}`)
  expect(one?.statusMessage).not.toContain('ada')
  expect(one?.attributes).toEqual([
    ['password', MASKED],
    ['list', ['a', MASKED]],
    ['map', { email: MASKED, ok: 1 }],
    ['n', 5],
    ['session_id', MASKED],
    ['card', MASKED],
  ])
  expect(one?.events[0]?.name).toBe(`sent to ${MASKED}`)
  expect(one?.events[0]?.attributes).toEqual([['cookie', MASKED]])
  expect(one?.links[0]?.attributes).toEqual([['api_key', MASKED]])
  expect(one?.resource).toEqual([['secret', MASKED]])
  expect(two?.resource).toBe(one?.resource)
  expect(one?.scope).toEqual({ name: 'auth', attributes: [['token', MASKED]] })
  expect(masked()).toBeGreaterThan(5)
  expect(span.attributes[0]).toEqual(['password', 'p'])
})

describe('a secret in running text', () => {
  test.each([
    ['login failed: password=hunter2 for bob', 'login failed: password=[masked] for bob'],
    ['api_key: abcd1234, retry', 'api_key: [masked], retry'],
    ['{"client_secret":"s3cr3t","n":1}', '{"client_secret":[masked],"n":1}'],
    ['the password policy changed', 'the password policy changed'],
    ['code=abc&page=2&state=x', 'code=[masked]&page=2&state=[masked]'],
    ['access_token=abc', 'access_token=[masked]'],
    ['state=running since noon', 'state=running since noon'],
    ['deploy --token=abc --dry-run', 'deploy --token=[masked] --dry-run'],
    ['psql --password hunter2 --host db', 'psql --password [masked] --host db'],
    ['run --token --verbose', 'run --token --verbose'],
    ['authorization: bearer abcdef123456', 'authorization: [masked]'],
    ['proxy said basic dXNlcjpwYXNzMTIz', 'proxy said [masked]'],
    ['use basic authentication instead', 'use basic authentication instead'],
    ['{"token": "a\\"b", "ok": "yes"}', '{"token": [masked], "ok": "yes"}'],
    ['{"sessionId":7,"total_tokens":9}', '{"sessionId":[masked],"total_tokens":9}'],
    ['key -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', 'key [masked] end'],
    ['cut -----BEGIN PRIVATE KEY-----\nMIIE', 'cut [masked]'],
    [`github_pat_${'a1'.repeat(15)}`, '[masked]'],
    [`dckr_pat_${'a1'.repeat(13)}`, '[masked]'],
    ['slack xoxb-123456789012-abcdef', 'slack [masked]'],
    [`stripe sk_${'live'}_abcdefghij0123`, 'stripe [masked]'],
    [`maps AIza${'b'.repeat(35)}`, 'maps [masked]'],
    ['AKIAIOSFODNN7EXAMPLE', '[masked]'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown.replaceAll('[masked]', MASKED))
  })
})

test.each([
  [
    ['psql', '--password', 'hunter2', '-v'],
    ['psql', '--password', MASKED, '-v'],
  ],
  [
    ['curl', '-u', 'ada:hunter2', 'https://h/'],
    ['curl', '-u', MASKED, 'https://h/'],
  ],
  [
    ['mysql', '-phunter2', 'shop'],
    ['mysql', MASKED, 'shop'],
  ],
  [
    ['docker', 'run', '-p', '8080:80'],
    ['docker', 'run', '-p', '8080:80'],
  ],
  [[['cookie', 'sid=1']], [['cookie', MASKED]]],
  [
    { name: 'Authorization', value: 'x1' },
    { name: 'Authorization', value: MASKED },
  ],
  [
    { name: 'token_ttl', value: '30s' },
    { name: 'token_ttl', value: '30s' },
  ],
])('a list or a map that is no text: %j', (value, masked) => {
  expect(maskValue('args', value)).toEqual(masked)
})

test('values under one key are masked by what the key says', () => {
  expect(maskerUnder('user.email')('x')).toBe(MASKED)
  expect(maskerUnder('db.statement')("select 'x'")).toBe('select ?')
  expect(maskerUnder('note')('token=abc')).toBe(`token=${MASKED}`)
})
