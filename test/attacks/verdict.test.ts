import { describe, expect, it } from 'vitest'
import {
  isAnswered,
  type Judgement,
  judgeHead,
  judgeOverride,
  judgeRead,
  judgeSpelling,
  judgeWrite,
  type Seen,
  worst,
} from '../../src/attacks/verdict.ts'

const seen = (status: number, body = '{}', isPage = false): Seen => ({
  status,
  isPage,
  type: isPage ? 'text/html' : 'application/json',
  body: Buffer.from(body),
  ...(status >= 300 && status < 400 && { redirect: 'elsewhere' }),
})
const PAGE = (status: number) => seen(status, '<html>', true)
const GONE: Seen = { failure: 'no answer' }

/** By answer: what it says of a read with a bad token, of a write, and of a read with an override header. */
const TABLE: readonly [string, Seen, read: string, write: string, override: string][] = [
  ['200', seen(200, '{"a":1}'), 'let-through', 'let-through', 'refused'],
  ['200 without a body', seen(200, ''), 'let-through', 'let-through', 'let-through'],
  ['201', seen(201), 'let-through', 'let-through', 'let-through'],
  ['204', seen(204, ''), 'let-through', 'let-through', 'let-through'],
  ['a page with 200', PAGE(200), 'refused', 'refused', 'refused'],
  ['301', seen(301), 'refused', 'refused', 'refused'],
  ['302', seen(302), 'refused', 'refused', 'refused'],
  ['303', seen(303), 'refused', 'refused', 'refused'],
  ['304', seen(304), 'unknown', 'unknown', 'unknown'],
  ['307', seen(307), 'refused', 'refused', 'refused'],
  ['400', seen(400), 'refused', 'let-through', 'refused'],
  ['401', seen(401), 'refused', 'refused', 'refused'],
  ['a page with 403', PAGE(403), 'refused', 'refused', 'refused'],
  ['404', seen(404), 'unknown', 'refused', 'let-through'],
  ['405, as the method itself', seen(405, 'real'), 'unknown', 'refused', 'refused'],
  ['405, another one', seen(405, 'other'), 'unknown', 'refused', 'let-through'],
  ['407', seen(407), 'unknown', 'unknown', 'unknown'],
  ['408', seen(408), 'unknown', 'unknown', 'unknown'],
  ['409', seen(409), 'unknown', 'let-through', 'let-through'],
  ['410', seen(410), 'unknown', 'unknown', 'unknown'],
  ['421', seen(421), 'unknown', 'unknown', 'unknown'],
  ['413', seen(413), 'unknown', 'unknown', 'unknown'],
  ['415', seen(415), 'unknown', 'let-through', 'let-through'],
  ['422', seen(422), 'unknown', 'let-through', 'let-through'],
  ['428', seen(428), 'unknown', 'let-through', 'let-through'],
  ['429', seen(429), 'unknown', 'unknown', 'unknown'],
  ['431', seen(431), 'unknown', 'unknown', 'unknown'],
  ['500', seen(500), 'unknown', 'unknown', 'unknown'],
  ['501', seen(501), 'unknown', 'refused', 'let-through'],
  ['502', PAGE(502), 'unknown', 'unknown', 'unknown'],
  ['503', seen(503), 'unknown', 'unknown', 'unknown'],
  ['no answer', GONE, 'unknown', 'unknown', 'unknown'],
]

describe.each(TABLE)('%s', (_, answer, read, write, override) => {
  it(`read ${read}, write ${write}, override ${override}`, () => {
    const reference = { ...PLAIN, real: seen(405, 'real') }
    expect(judgeRead(answer).verdict).toBe(read)
    expect(judgeWrite(answer).verdict).toBe(write)
    expect(judgeOverride(answer, reference).verdict).toBe(override)
  })
})

it.each([
  [199, false],
  [200, true],
  [299, true],
  [300, false],
])('%i is an answer with data: %s', (status, isOne) => {
  expect(isAnswered(seen(status))).toBe(isOne)
  expect(isAnswered(PAGE(status))).toBe(false)
})

const PLAIN = { plain: seen(200, '{"a":2}'), real: undefined, missing: [] }

it.each(TABLE)('%s to another form of the plain read: as to the read, or not tried', (_, answer) => {
  const isMissing = !('status' in answer) || [404, 405, 410, 421, 501].includes(answer.status)
  const isEmpty = isAnswered(answer) && 'body' in answer && answer.body.length === 0
  const is204 = 'status' in answer && answer.status === 204
  const asRead = judgeRead(answer).verdict
  expect(judgeSpelling(answer, PLAIN).verdict).toBe(isMissing || isEmpty ? 'not-tried' : asRead)
  expect(judgeHead(answer, PLAIN).verdict).toBe(isMissing || is204 ? 'not-tried' : asRead)
})

describe('what shows that another form of the read was let through', () => {
  const text: Seen = { status: 200, isPage: false, type: 'text/plain', body: Buffer.from('welcome') }
  const noType: Seen = { ...text, type: '', body: Buffer.alloc(0) }
  const error = seen(200, '{"error":"route not found"}')

  it.each<[string, Seen, Partial<typeof PLAIN> | { missing: Seen[] }, string]>([
    ['data', seen(200), {}, 'let-through'],
    ['data, where paths that nobody has are refused', seen(200), { missing: [seen(401)] }, 'let-through'],
    ['data, where those get other data', seen(200), { missing: [error] }, 'let-through'],
    ['data, where one of those gets the same', error, { missing: [seen(401), error] }, 'not-tried'],
    ['data of another type', text, {}, 'not-tried'],
    ['a page', PAGE(200), { missing: [PAGE(200)] }, 'refused'],
    ['no answer', GONE, { missing: [GONE] }, 'not-tried'],
  ])('a spelling: %s', (_, answer, change, verdict) => {
    expect(judgeSpelling(answer, { ...PLAIN, ...change }).verdict).toBe(verdict)
  })

  it.each<[string, Seen, Seen, string]>([
    ['the type of the plain read', seen(200, ''), PLAIN.plain, 'let-through'],
    ['no type', noType, PLAIN.plain, 'not-tried'],
    ['another type', text, PLAIN.plain, 'not-tried'],
    ['no type, as the plain read', noType, noType, 'not-tried'],
    ['nothing to compare with', noType, GONE, 'not-tried'],
  ])('HEAD: %s', (_, answer, plain, verdict) => {
    expect(judgeHead(answer, { ...PLAIN, plain }).verdict).toBe(verdict)
  })

  it('says why it was not tried', () => {
    expect(judgeSpelling(seen(410), PLAIN).found).toBe('HTTP 410: route not found')
    expect(judgeSpelling(text, PLAIN).found).toBe('HTTP 200: not the data of the plain read')
    expect(judgeHead(noType, PLAIN).found).toBe('HTTP 200: not the headers of the plain read')
    expect(judgeSpelling(GONE, PLAIN)).toEqual({
      verdict: 'not-tried',
      status: undefined,
      found: 'no answer',
    })
  })
})

describe('what shows that another method was heeded', () => {
  const plain = seen(200, '{"a":2}')
  const typed = (type: string, isPage = false): Seen => ({
    status: 200,
    isPage,
    type,
    body: Buffer.from('{}'),
  })
  const JSON_TYPE = 'application/json'

  it.each<[string, Seen, Seen, Seen | undefined, string]>([
    ['data of another type', typed('text/csv'), plain, undefined, 'HTTP 200: not the plain read'],
    [
      'data in place of a page',
      typed(JSON_TYPE),
      typed(JSON_TYPE, true),
      undefined,
      'HTTP 200: not the plain read',
    ],
    ['other members', typed(JSON_TYPE), plain, undefined, 'HTTP 200: not the plain read'],
    ['no data, as always', seen(204, ''), seen(204, ''), undefined, 'HTTP 204: treated as the plain read'],
    ['the answer to that method', seen(405, 'x'), plain, seen(405, 'x'), 'HTTP 405: like the method itself'],
    ['its words with another status', seen(405, 'x'), plain, seen(501, 'x'), 'HTTP 405: not the plain read'],
    ['no answer to that method', seen(405, 'x'), plain, GONE, 'HTTP 405: not the plain read'],
    ['no answer to the plain read', seen(405, 'x'), GONE, undefined, 'HTTP 405: not the plain read'],
  ])('%s', (_, answer, asPlain, real, found) => {
    expect(judgeOverride(answer, { plain: asPlain, real }).found).toBe(found)
  })
})

it.each([
  ['the same bytes', '{"data":{"items":["a"]}}', 'refused'],
  ['other values of the same members', '{"data":{"items":["b","c"]}}', 'refused'],
  ['an empty list', '{"data":{"items":[]}}', 'let-through'],
  ['a list in place of an object', '{"data":[],"meta":{"verb":"PUT"}}', 'let-through'],
  ['no JSON', 'done', 'let-through'],
])('%s, to an override', (_, body, verdict) => {
  const plain = seen(200, '{"data":{"items":["a"]}}')
  expect(judgeOverride(seen(200, body), { plain, real: undefined }).verdict).toBe(verdict)
})

it.each([
  ['same', 'HTTP 301: a redirect to the same path'],
  ['other-origin', 'HTTP 301: a redirect to another scheme or port'],
  [undefined, 'HTTP 301: a redirect to nowhere'],
] as const)('a redirect to the %s is no refusal', (redirect, found) => {
  const answer: Seen = { status: 301, isPage: true, type: 'text/html', body: Buffer.alloc(0), redirect }
  for (const judgement of [judgeRead(answer), judgeWrite(answer), judgeHead(answer, PLAIN)])
    expect(judgement).toEqual({ verdict: 'unknown', status: 301, found })
})

it('redirects in a circle lead to no data: refused', () => {
  const answer: Seen = { ...PLAIN.plain, status: 302, redirect: 'circle' }
  const refused = { verdict: 'refused', status: 302, found: 'HTTP 302: redirects in a circle' }
  for (const judgement of [judgeRead(answer), judgeWrite(answer), judgeHead(answer, PLAIN)])
    expect(judgement).toEqual(refused)
})

describe('judgements', () => {
  it.each<[number, string]>([
    [301, 'a redirect'],
    [404, 'perhaps from behind the gateway'],
    [407, 'this is not a denial'],
    [429, 'requests are limited'],
    [499, 'this is not a denial'],
    [500, 'the server failed'],
  ])('of a read with %i say why: %s', (status, why) => {
    expect(judgeRead(seen(status)).found).toBe(`HTTP ${status}: ${why}`)
  })

  it('of a page are clear where it is no redirect', () => {
    expect(judgeRead(PAGE(300)).verdict).toBe('unknown')
  })

  it('of a write tell who has refused it', () => {
    expect(judgeWrite(seen(400)).found).toBe('HTTP 400: the back end judged it')
    expect(judgeWrite(seen(405)).found).toBe('HTTP 405: route not found')
  })

  it('without an answer say nothing but that', () => {
    const nothing = { verdict: 'unknown', status: undefined, found: 'no answer' }
    expect(judgeRead(GONE)).toEqual(nothing)
    expect(judgeWrite(GONE)).toEqual(nothing)
    expect(judgeOverride(GONE, PLAIN)).toEqual(nothing)
  })

  it('name the status, and what is odd about it', () => {
    expect(judgeRead(seen(401)).found).toBe('HTTP 401')
    expect(judgeRead(PAGE(200)).found).toBe('HTTP 200: a web page')
  })

  it('the worst of several counts', () => {
    const one = (verdict: Judgement['verdict']): Judgement => ({ verdict, status: 1, found: '' })
    expect(worst([])).toBeUndefined()
    expect(worst([one('not-tried'), one('refused')])?.verdict).toBe('refused')
    expect(worst([one('refused'), one('unknown')])?.verdict).toBe('unknown')
    expect(worst([one('refused'), one('let-through'), one('unknown')])?.verdict).toBe('let-through')
  })
})
