import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../../src/ports/http.ts'
import { withoutEchoes } from '../../../src/session/answers/echoed-secrets.ts'

const answer = (body: unknown) =>
  ({
    status: 400,
    headers: { a: 'b' },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }) as HttpAnswer
const said = (description: unknown, form: string, headers: Record<string, string> = {}) =>
  JSON.parse(
    String(withoutEchoes(answer({ error: 'x', error_description: description }), form, headers).body),
  ).error_description

describe('an error that quotes its request', () => {
  it.each([
    ...['refresh_token', 'code', 'code_verifier', 'device_code', 'client_secret', 'token'],
    ...['assertion', 'client_assertion', 'subject_token'],
  ])('is shown without the %s', (name) => {
    expect(said('bad value s3cr3t-value-long!', `a=b&${name}=s3cr3t-value-long`)).toBe('bad value [secret]!')
  })

  it('is shown without it in the words of Okta, too', () => {
    const body = answer({ errorCode: 'E0000021', errorSummary: 'bad code s3cr3t-value-long!' })
    expect(JSON.parse(String(withoutEchoes(body, 'code=s3cr3t-value-long', {}).body))).toEqual({
      errorCode: 'E0000021',
      errorSummary: 'bad code [secret]!',
    })
  })

  it('is shown without it in the first cause of Okta, too', () => {
    const body = answer({
      errorCode: 'E0000001',
      errorCauses: [{ errorSummary: 'code: s3cr3t-value-long!' }, { errorSummary: 's3cr3t-value-long' }],
    })
    expect(JSON.parse(String(withoutEchoes(body, 'code=s3cr3t-value-long', {}).body))).toEqual({
      errorCode: 'E0000001',
      errorCauses: [{ errorSummary: 'code: [secret]!' }],
    })
  })

  it.each([
    ['client_id=s3cr3t-value-long', 'what is no secret'],
    ['code=', 'an empty secret'],
    ['', 'an empty form'],
  ])('keeps the rest: %s', (form) => {
    expect(said('bad value s3cr3t-value-long!', form)).toBe('bad value s3cr3t-value-long!')
    expect(said('the code is undefined', form)).toBe('the code is undefined')
  })

  it('is shown without a secret that follows an empty one', () => {
    expect(said('bad value s3cr3t-value-long!', 'code=&client_secret=s3cr3t-value-long')).toBe(
      'bad value [secret]!',
    )
  })

  it('is shown without any of two of a name', () => {
    expect(
      said(
        'no first-secret-of-two, no other-secret-of-two',
        'code=first-secret-of-two&code=other-secret-of-two',
      ),
    ).toBe('no [secret], no [secret]')
  })

  it('is shown without a part of a secret, of twelve characters or more', () => {
    const form = 'code=abcdefghijklmnopqrstuvwxyz'
    expect(said('cut: cdefghijklmn.', form)).toBe('cut: [secret].')
    expect(said('cut: cdefghijklm.', form)).toBe('cut: cdefghijklm.')
    expect(said('cut: klmnopqrstuvwxyz', form)).toBe('cut: [secret]')
    expect(said('cdefghijklmnXcdefghijklmn', form)).toBe('[secret]X[secret]')
    expect(said('ends with abc', form)).toBe('ends with abc')
  })

  it.each([
    ['abcdefghijklmno/xyzXYZ1', 'a rest behind the first sign that is encoded'],
    ['abcdefghijklmnop+r/s=', 'several such signs'],
  ])('is shown without the whole of %s in its percent-encoded form: %s', (secret) => {
    const form = new URLSearchParams({ client_secret: secret }).toString()
    expect(said(`bad form: ${form}`, form)).toBe('bad form: client_secret=[secret]')
  })

  it('is shown without a short secret as a whole', () => {
    expect(said('pin 12345 is wrong, 1234 too', 'device_code=12345')).toBe('pin [secret] is wrong, 1234 too')
    expect(said('12345', 'device_code=12345')).toBe('[secret]')
  })

  it('is shown without a secret in its percent-encoded form', () => {
    expect(said('got a%2Fb%2Bc%3Dd%26e.', 'code=a%2Fb%2Bc%3Dd%26e')).toBe('got [secret].')
    expect(said('got a/b+c=d&e.', 'code=a%2Fb%2Bc%3Dd%26e')).toBe('got [secret].')
    expect(said('got a%2Fb.', 'code=a%2Fb')).toBe('got [secret].')
  })

  it.each([
    ['the header', (basic: string) => basic, 'got [secret].'],
    ['the secret in it', () => 'my%2Fclient-secret', 'got [secret].'],
    ['the secret, decoded', () => 'my/client-secret', 'got [secret].'],
    ['the id in it', () => 'an-id-that-is-long', 'got an-id-that-is-long.'],
  ])('is shown without the credentials of HTTP Basic: %s', (_, quote, shown) => {
    const basic = Buffer.from('an-id-that-is-long:my%2Fclient-secret').toString('base64')
    expect(said(`got ${quote(basic)}.`, '', { authorization: `Basic ${basic}` })).toBe(shown)
  })

  it('is cut to 2000 characters', () => {
    expect(said('x'.repeat(3_000), '')).toBe('x'.repeat(2_000))
  })
})

it('the code of the error is looked through like its description, and other members are kept', () => {
  const changed = withoutEchoes(answer({ error: 's3cr3t-value-long', n: 1 }), 'code=s3cr3t-value-long', {})
  expect(changed).toMatchObject({ status: 400, headers: { a: 'b' } })
  expect(JSON.parse(String(changed.body))).toEqual({ error: '[secret]', n: 1 })
})

it.each<unknown>(['no JSON', [], { n: 1 }, { error: 7, error_description: null }])(
  '%j is left as it is',
  (body) => {
    const given = answer(body)
    expect(withoutEchoes(given, 'code=s3cr3t-value-long', {})).toBe(given)
  },
)
