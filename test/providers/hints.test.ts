import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adviceFor, hintFor } from '../../src/providers/hints.ts'
import { PROVIDER_IDS } from '../../src/providers/presets.ts'
import { isLinear } from '../linear-time.ts'

describe('hintFor', () => {
  it.each<[string, string, RegExp]>([
    [
      'login.microsoftonline.com/acme.example/v2.0',
      'the public cloud',
      /: https:\/\/login\.microsoftonline\.com\/<tenant GUID>\/v2\.0\. Entra never/,
    ],
    [
      'login.microsoftonline.us/common/v2.0',
      'another cloud',
      /: https:\/\/login\.microsoftonline\.us\/<tenant GUID>\/v2\.0\. Entra never/,
    ],
    [
      'login.partner.microsoftonline.cn/acme.example/v2.0',
      'another cloud',
      /: https:\/\/login\.partner\.microsoftonline\.cn\/<tenant GUID>\/v2\.0\. Entra never/,
    ],
    [
      'acme.ciamlogin.com/acme.onmicrosoft.com/v2.0',
      'an external tenant',
      /^Use the received issuer.* such as https:\/\/<tenant GUID>\.ciamlogin\.com\//,
    ],
    [
      'acme.b2clogin.com/acme.onmicrosoft.com/B2C_1_in/v2.0',
      'B2C',
      /^Set "Issuer \(iss\) claim" of the user flow .* as issuer: https:\/\/<domain>\/tfp\/<tenant GUID>\/<policy>\/v2\.0\/\. /,
    ],
    // It has that issuer already, and perhaps another letter case.
    [
      'acme.b2clogin.com/tfp/11111111-2222-3333-4444-555555555555/B2C_1_in/v2.0/',
      'B2C by the issuer that can be checked',
      /^The issuer must match the user flow exactly/,
    ],
    [
      'login.acme.example/x/v2.0',
      'a name of their own',
      /: https:\/\/login\.microsoftonline\.com\/<tenant GUID>/,
    ],
    // Of another name that only holds one of these.
    [
      'login.acme.example/.b2clogin.com/v2.0',
      'a name of their own',
      /: https:\/\/login\.microsoftonline\.com\//,
    ],
  ])('of Entra at %s, which is %s, names no other cloud', (address, _, hint) => {
    const error = { where: 'discovery', error: 'issuer-mismatch' } as const
    expect(hintFor('entra', error, { issuer: `https://${address}` })).toMatch(hint)
  })

  it('never repeats what the provider wrote', () => {
    const secret = fc.string({ minLength: 12 }).map((text) => `Zq~${text}`)
    const errors = fc.constantFrom(
      'invalid_grant',
      'access_denied',
      'invalid_client',
      'invalid_scope',
      'invalid_request',
    )
    const starts = fc.constantFrom('', 'AADSTS50011: ', 'redirect_uri ', 'not assigned ', 'refresh token ')
    fc.assert(
      fc.property(
        fc.constantFrom(...PROVIDER_IDS),
        errors,
        starts,
        secret,
        (provider, error, start, text) => {
          const hint = hintFor(provider, { error, description: start + text }) ?? ''
          expect(hint).not.toContain(text)
          expect(hint).not.toMatch(/\{\w+\}/)
        },
      ),
    )
  })

  it.each(PROVIDER_IDS)(
    'is found in linear time in a description that goes on for ever: %s',
    async (provider) => {
      const find = (share: number) =>
        hintFor(provider, {
          error: 'x',
          description: `redirect_uri ${'login redirect '.repeat(share * 200_000)}`,
        })
      expect(await isLinear(find)).toBe(true)
    },
  )
})

describe('what no second try mends', () => {
  const PUSHED = 'Pushed Authorization Request must be used (PAR)'
  const told = (error: string, description = PUSHED, provider: (typeof PROVIDER_IDS)[number] = 'generic') =>
    adviceFor(provider, { where: 'authorization', error, description })

  it.each(['invalid_request', 'unauthorized_client'])('%s: a request that has to be pushed', (error) => {
    expect(told(error)).toMatchObject({
      // What happens is for the code: words choose the advice alone.
      isLasting: false,
      hint: expect.stringContaining('--pushed-requests yes'),
    })
  })

  it('is no error that passes, at any provider and in any words, nor a reference that has run out', () => {
    const texts = [PUSHED, 'the PAR service is temporarily unavailable', 'The OAuth client was deleted.']
    for (const provider of PROVIDER_IDS)
      for (const error of ['server_error', 'temporarily_unavailable', 'slow_down', 'invalid_request_uri'])
        for (const text of texts) {
          const advice = told(error, text, provider)
          expect({ provider, error, text, lasts: advice?.isLasting ?? false }).toMatchObject({ lasts: false })
          expect(advice?.hint ?? '').not.toContain('--pushed-requests')
        }
  })
})
