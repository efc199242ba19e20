import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isReadable, MAX_TOKEN_CHARACTERS, readJwt } from '../../../src/claims/jwt/jwt.ts'
import { runsOf } from '../../property-runs.ts'
import { part, tokenText } from '../token-text.ts'

const HEADER = part('{"alg":"RS256"}')
const PAYLOAD = part('{"sub":"u-1"}')

describe('readJwt', () => {
  it('reads header and payload', () => {
    const jwt = readJwt(tokenText({ alg: 'ES256', kid: 'k' }, { sub: 'ada', groups: ['ops'] }))
    if (!isReadable(jwt)) throw new Error('not readable')
    expect(jwt.header.kid).toBe('k')
    expect(jwt.payload.groups).toEqual(['ops'])
    expect(Object.getPrototypeOf(jwt.payload)).toBeNull()
  })

  it.each([
    ['', 'empty'],
    ['ya29.a0AfExampleOpaque', 'an opaque token with a dot'],
    ['one.two.three', 'two dots, not base64 of JSON'],
    ['8f2c1b7e-aaaa-4bbb-8ccc-123456789abc', 'a reference token'],
    [`${part('[1]')}.${PAYLOAD}.c2ln`, 'a header that is an array'],
    [`${part(`${' '.repeat(48)}{}`)}.${PAYLOAD}.c2ln`, 'blanks for longer than anybody looks'],
  ])('takes %j for opaque: %s', (token) => {
    expect(readJwt(token)).toBeUndefined()
  })

  it.each([
    [`${HEADER}.${PAYLOAD}`, 'parts'],
    [`${HEADER}.${PAYLOAD}.a.b`, 'parts'],
    [`${HEADER}.${PAYLOAD}.a.b.c.d`, 'parts'],
    [`${part('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.a.b.c.d`, 'encrypted'],
    [`${HEADER}.${PAYLOAD}=.c2ln`, 'base64url'],
    [`${HEADER}.${PAYLOAD}.c2ln\n`, 'base64url'],
    [`${HEADER}.${PAYLOAD}.ab+/`, 'base64url'],
    [` ${HEADER}.${PAYLOAD}.c2ln`, 'base64url'],
    // Stray bits in the last character: a lenient reader takes it for "c2k".
    [`${HEADER}.${PAYLOAD}.c2l`, 'base64url'],
    [`${HEADER}.${part(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}.c2ln`, 'utf-8'],
    [`${HEADER}.${part('\ufeff{"sub":"x"}')}.c2ln`, 'json'],
    [`${HEADER}.${part('{"sub":"x",}')}.c2ln`, 'json'],
    [`${HEADER}.${part('"text"')}.c2ln`, 'not-an-object'],
    [`${HEADER}.${part('[]')}.c2ln`, 'not-an-object'],
    [`${HEADER}.${part('null')}.c2ln`, 'not-an-object'],
    [`${HEADER}.${part('{"sub":"ada","sub":"root"}')}.c2ln`, 'duplicate-member'],
    // The same name, one of them spelled with an escape.
    [`${HEADER}.${part('{"sub":"ada","s\\u0075b":"root"}')}.c2ln`, 'duplicate-member'],
    [`${HEADER}.${part('{"a":{"b":1,"b":2}}')}.c2ln`, 'duplicate-member'],
    [`${part('{"alg":"RS256","alg":"none"}')}.${PAYLOAD}.c2ln`, 'duplicate-member'],
    [`${HEADER}.${part(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`)}.c2ln`, 'too-deep'],
    [`${HEADER}.${part(`{"a":${'['.repeat(20_000)}`)}.c2ln`, 'too-deep'],
    [`${HEADER}.${'A'.repeat(MAX_TOKEN_CHARACTERS)}.c2ln`, 'too-large'],
  ])('says why it does not read %#', (token, problem) => {
    expect(readJwt(token)).toMatchObject({ problem, detail: expect.any(String) })
  })

  it('never throws', () => {
    const anyPart = fc.oneof(
      fc.base64String(),
      fc.json().map(part),
      fc.string().map(part),
      fc.uint8Array().map(part),
    )
    const dotted = fc.array(anyPart, { maxLength: 7 }).map((parts) => parts.join('.'))
    const almost = fc.tuple(fc.string(), anyPart).map(([text, tail]) => `${part(`{${text}`)}.${tail}.${tail}`)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), dotted, almost), (token) => {
        readJwt(token)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  it('reads back every object that can be written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (payload) => {
        const jwt = readJwt(tokenText({ alg: 'RS256' }, payload))
        if (!isReadable(jwt)) throw new Error(JSON.stringify(jwt))
        expect(JSON.stringify(jwt.payload)).toBe(JSON.stringify(JSON.parse(JSON.stringify(payload))))
      }),
    )
  })
})
