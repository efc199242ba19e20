import { expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

const KEY = '-----BEGIN PRIVATE KEY-----\n    S3cr\n    -----END PRIVATE KEY-----'
const CUT_OFF = '-----BEGIN RSA PRIVATE KEY-----\nS3cr'

test.each([
  [`- name: TLS_PRIVATE_KEY\n  value: ${KEY}\n- seen`, '- name: TLS_PRIVATE_KEY\n  value: [masked]\n- seen'],
  [`name=PRIVATE_KEY value=${KEY} seen`, 'name=PRIVATE_KEY value=[masked] seen'],
  [`{name: PRIVATE_KEY, value: ${KEY}} seen`, '{name: PRIVATE_KEY, value: [masked]} seen'],
  [`Server=x;private_key=${CUT_OFF}`, 'Server=x;private_key=[masked]'],
  [`/x?private_key=${KEY}&n=seen`, '/x?private_key=[masked]&n=seen'],
  [`TOKEN=${KEY}\nseen`, 'TOKEN=[masked]\nseen'],
  [`x ${KEY} and ${KEY} seen`, 'x [masked] and [masked] seen'],
  ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nComment: "a"\nS3cr', '[masked]'],
])('a private key is masked with all its lines: %j', (text, shown) => {
  expect(maskText(text)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})

test.each([
  [{ message: `private_key=${CUT_OFF}`, n: 'seen' }, '{"message":"private_key=[masked]","n":"seen"}'],
  [{ message: CUT_OFF, n: KEY }, '{"message":"[masked]","n":"[masked]"}'],
  [
    { m: JSON.stringify({ a: CUT_OFF, n: 1 }), n: 'seen' },
    '{"m":"{\\"a\\":\\"[masked]\\",\\"n\\":1}","n":"seen"}',
  ],
])('one that is cut off ends with its text of JSON: %j', (value, shown) => {
  expect(maskText(JSON.stringify(value))).toBe(shown)
})

test('a certificate is no secret', () => {
  const text = '-----BEGIN CERTIFICATE-----\nAbc\n-----END CERTIFICATE-----'
  expect(maskText(text)).toBe(text)
})
