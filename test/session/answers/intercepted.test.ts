import { describe, expect, it } from 'vitest'
import { isIntercepted } from '../../../src/session/answers/provider-errors.ts'

const answer = (status: number, headers: Record<string, string> = {}, body = '') =>
  isIntercepted({ status, headers, body: Buffer.from(body) })
const challenged = (challenge: string, status = 401) => answer(status, { 'www-authenticate': challenge })

describe('an answer that may come from the way and not from the provider', () => {
  it.each([200, 400, 401, 403, 511])('is a page, whatever its status: %i', (status) => {
    expect(answer(status, { 'content-type': 'text/html' }, 'Blocked')).toBe(true)
    expect(answer(status, {}, '<!doctype html><h1>Blocked</h1>')).toBe(true)
    expect(answer(status, { 'content-type': 'application/json' }, '{"message":"no"}')).toBe(false)
    expect(answer(status)).toBe(false)
  })

  it.each([
    [299, false],
    [300, true],
    [302, true],
    [399, true],
    [400, false],
    [407, true],
  ])('is a redirect or asks for the password of a proxy: %i is %s', (status, is) => {
    expect(answer(status)).toBe(is)
  })

  it.each([
    'Basic realm="filter"',
    'basic',
    'Negotiate',
    'Negotiate TlRMTVNTUAAC==',
    'NTLM, Negotiate, Digest nonce="x", qop="auth"',
    'Kerberos',
    'Basic realm="a, Bearer realm"',
    'Basic realm="say \\", Bearer x"',
    'Basic realm ="x", charset = "UTF-8"',
  ])('is a 401 that wants a password alone: %s', (challenge) => {
    expect(challenged(challenge)).toBe(true)
    expect(challenged(challenge, 403)).toBe(false)
  })

  it.each([
    '',
    'Bearer',
    'Basic realm="x", Bearer error="invalid_token"',
    'DPoP algs="ES256", Basic',
    'x="y"',
  ])('is no 401 that takes a token, or says nothing: %j', (challenge) => {
    expect(challenged(challenge)).toBe(false)
  })
})
