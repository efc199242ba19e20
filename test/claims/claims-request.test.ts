import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_CLAIMS_CHARACTERS, readClaimsRequest } from '../../src/claims/claims-request.ts'
import { readAcrValues, readMaxAge, requirementParameters } from '../../src/claims/sign-in-requirements.ts'

/** Any unit of UTF-16, halves of pairs too. */
const UNIT = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))

describe('a claims request', () => {
  it.each([
    '{"access_token":{"nbf":{"essential":true,"value":"1603742800"}}}',
    '{"access_token":{"acrs":{"essential":true,"value":"c1"},"xms_cc":{"values":["cp1"]}}}',
    '{"id_token":{"acr":{"essential":true,"values":["phr","phrh"]},"auth_time":null},"userinfo":{"email":null}}',
    '{"id_token":{"acr":{}}}',
    '{"id_token":{"level":{"value":2},"is_strong":{"value":true},"__proto__":null}}',
  ])('%s is taken as it is', (text) => {
    expect(readClaimsRequest(text)).toEqual({ claims: text })
  })

  it.each([
    ['', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['"x"', 'not a JSON object'],
    ['{"id_token":{"acr":null}', 'not a JSON object'],
    ['{"id_token":{"acr":null},"id_token":{"acr":null}}', 'not a JSON object'],
    ['{"id_token":{"acr":{"value":{"deeper":{"and":"deeper"}}}}}', 'not a JSON object'],
    ['{}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":[]}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":null}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":null},"redirect_uri":{"a":null}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":"phr"}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":[]}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"essential":"yes"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"value":null}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"value":1e999}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":"phr"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":[]}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":[[1]]}}}', 'not a JSON object'],
    ['{"id_token":{"acr":{"purpose":"x"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":null,"email":"me"}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":["phr",null]}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"purposes":["x"]}}}', 'not in the form of OpenID Connect Core §5.5'],
    [`{"id_token":{"acr":{"value":"${'x'.repeat(MAX_CLAIMS_CHARACTERS)}"}}}`, 'too long'],
    [`{"id_token":{"acr":{"value":"${'€'.repeat(300)}"}}}`, 'too long'],
    [' '.repeat(4 * MAX_CLAIMS_CHARACTERS + 1), 'too long'],
  ])('%s is none', (text, problem) => {
    expect(readClaimsRequest(text)).toEqual({ problem })
  })

  it('may be as long as the longest, and be written with blanks', () => {
    const around = '{"id_token":{"acr":{"value":""}}}'
    const longest = around.replace('""', `"${'x'.repeat(MAX_CLAIMS_CHARACTERS - around.length)}"`)
    expect(readClaimsRequest(longest)).toEqual({ claims: longest })
    expect(readClaimsRequest(around.padEnd(4 * MAX_CLAIMS_CHARACTERS))).toEqual({ claims: around })
  })

  it('means the same in plain letters, which need no escape in a shell', () => {
    fc.assert(
      fc.property(fc.string({ unit: UNIT, maxLength: 40 }), fc.boolean(), (value, essential) => {
        const wanted = { access_token: { [`a${value}`]: { essential, value } } }
        const read = readClaimsRequest(JSON.stringify(wanted, null, 2))
        const claims = 'claims' in read ? read.claims : ''
        expect(claims).toMatch(/^[!-&(-~]+$/)
        expect(JSON.parse(claims)).toEqual(wanted)
      }),
    )
  })
})

const TWENTY = Array.from({ length: 20 }, (_, index) => String(index))

it.each([
  ['phr', ['phr']],
  [' phr  phrh phr ', ['phr', 'phrh']],
  [`urn:a'b"c$(x);\`\\`, [`urn:a'b"c$(x);\`\\`]],
  ['', undefined],
  [' ', undefined],
  ['a\nb', undefined],
  ['a\u001b[2J', undefined],
  ['é', undefined],
  ['x'.repeat(500), ['x'.repeat(500)]],
  ['x'.repeat(501), undefined],
  [TWENTY.join(' '), TWENTY],
  [[...TWENTY, '20'].join(' '), undefined],
])('acr_values "%s"', (text, values) => {
  expect(readAcrValues(text)).toEqual(values)
})

it.each([
  ['0', 0],
  ['300', 300],
  ['999999999', 999_999_999],
  ['1000000000', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  [' 1', undefined],
  ['', undefined],
  ['soon', undefined],
])('max_age "%s"', (text, seconds) => {
  expect(readMaxAge(text)).toBe(seconds)
})

it('become parameters of a request; what is not required is not sent', () => {
  expect(requirementParameters({})).toStrictEqual({})
  expect(requirementParameters({ acrValues: ['a', 'b'], maxAgeSeconds: 0, claims: '{}' })).toEqual({
    acr_values: 'a b',
    max_age: '0',
    claims: '{}',
  })
})
