import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adviceFor, hintFor } from '../../src/providers/hints.ts'
import { PROVIDER_IDS } from '../../src/providers/preset.ts'
import { isLinear } from '../linear-time.ts'

describe('hintFor', () => {
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
