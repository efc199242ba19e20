import { describe, expect, it } from 'vitest'
import { openApi } from '../../src/api/request.ts'
import type { Failure } from '../../src/errors.ts'

/** An API that wants a stronger or a newer sign-in (RFC 9470). */
async function asked(challenge: string, status = 401) {
  let renewals = 0
  const send = openApi(
    {
      base: new URL('https://gw.example'),
      authorization: 'bearer',
      http: {
        send: async () => ({ status, headers: { 'www-authenticate': challenge }, body: Buffer.alloc(0) }),
        certificateIssuer: async () => undefined,
      },
    },
    {
      token: async () => 'token-1',
      renew: async () => {
        renewals += 1
        return 'token-2'
      },
    },
  )
  const failure = await send({ path: '/x' }).then(
    () => undefined,
    (error) => error as Failure,
  )
  return { failure, renewals }
}

describe.each([401, 403])('a step-up challenge with %i', (status) => {
  it.each([
    [
      'acr_values="phr phrh"',
      ['required way to sign in (acr): phr or phrh'],
      /in the way that is required: ls-auth login --prompt login/,
    ],
    [
      'max_age=300',
      ['required age of the sign-in: 300s at most'],
      /^Sign in anew: ls-auth login --prompt login$/,
    ],
    [
      'acr_values="phr", max_age="5"',
      ['required way to sign in (acr): phr', 'required age of the sign-in: 5s at most'],
      /in the way that is required/,
    ],
    ['max_age="soon"', [], /^Sign in anew/],
    ['acr_values="a\u001b[2J"', ['required way to sign in (acr): a\\u{1b}[2J'], /in the way/],
  ])(
    '%s: exit 3, what is required, and how to sign in; no token is renewed',
    async (members, detail, hint) => {
      const { failure, renewals } = await asked(
        `Bearer error="insufficient_user_authentication", error_description="More, please", ${members}`,
        status,
      )
      expect(failure).toMatchObject({ code: 'step-up', exit: 3 })
      expect(failure?.detail).toEqual(['they say: insufficient_user_authentication: More, please', ...detail])
      expect(failure?.hint).toMatch(hint)
      expect(renewals).toBe(0)
    },
  )
})

it('another 401 has the token renewed once', async () => {
  const { failure, renewals } = await asked('Bearer error="invalid_token", acr_values="x"')
  expect(failure?.code).toBe('not-allowed')
  expect(renewals).toBe(1)
})
