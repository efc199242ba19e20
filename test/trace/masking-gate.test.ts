import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskText } from '../../src/trace/masking.ts'

/** Every name whose value is masked wherever it stands in a text, with what its value stands behind. */
const NAMES = [
  ...['password', 'passwd', 'pwd', 'secret', 'apikey', 'api_key', 'api-key'].map((name) => `${name}: `),
  ...['accesstoken', 'access_token', 'access-token', 'authtoken', 'auth_token', 'auth-token'].map(
    (name) => `${name} = `,
  ),
  ...[
    'refresh_token',
    'id_token',
    'id-token',
    'session_token',
    'bearertoken',
    'csrf-token',
    'xsrf_token',
  ].map((name) => `${name}: `),
  ...['security-token', 'access_key', 'private_key', 'secret-key', 'secretkey'].map((name) => `${name}: `),
  ...['token', 'secret', 'password', 'passwd', 'api-key', 'apikey', 'access-key', 'accesskey'].map(
    (name) => `--${name} `,
  ),
  ...['token', 'cookie', 'authorization', 'sessionid', 'session_id', 'jwt', 'private_key', 'privatekey'].map(
    (name) => `{"${name}": `,
  ),
  ...['access_key', 'accesskey', 'email', 'phone'].map((name) => `{"${name}":`),
  'token=',
]

const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((ups) => [...text].map((char, i) => (ups[i] ? char.toUpperCase() : char)).join(''))

test.each(NAMES)('the value behind %s is masked, in capitals and small letters', (name) => {
  fc.assert(
    fc.property(inAnyCase(name), (beginning) => {
      expect(maskText(`a ${beginning}"hunter2" z`)).toBe(`a ${beginning}[masked] z`)
    }),
    { numRuns: 30 },
  )
})

test('a word that could be a name changes nothing in the rest of a text', () => {
  const words = [
    'passwor',
    'token',
    'key',
    'api',
    'cooki',
    'auth',
    'mail',
    'phon',
    'jw',
    'sess',
    'PWD',
    'hunter2',
  ]
  const signs = [
    '"',
    "'",
    '=',
    ': ',
    '--',
    ' ',
    '_',
    '-',
    '\\',
    '[',
    ']',
    '{',
    '(',
    '=>',
    ', ',
    '&',
    '@',
    '?',
    '#',
  ]
  const part = fc.constantFrom(...words, ...signs)
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = `; ${parts.join('')}`
      expect(maskText(`key ${text}`)).toBe(`key ${maskText(text)}`)
    }),
    { numRuns: 2000 },
  )
})
