import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { readChallenge } from '../../src/api/refusal/challenge.ts'
import { loginFlags, requirementsOf, stepUpFailure } from '../../src/api/refusal/step-up.ts'
import { openApi, type TokenSource } from '../../src/api/request.ts'
import type { Failure } from '../../src/errors.ts'
import { told } from '../told.ts'

/** An API that wants another sign-in (RFC 9470, or claims), until the token is a good one. */
async function asked(
  challenge: string,
  {
    status = 401,
    stepUp,
    authorization = 'bearer',
  }: { status?: number; stepUp?: string | null; authorization?: string } = {},
) {
  const calls = { renewed: 0, asked: [] as unknown[], sent: [] as (string | undefined)[] }
  const source: TokenSource = {
    token: async () => 'token-1',
    renew: async () => {
      calls.renewed += 1
      return 'token-2'
    },
    ...(stepUp !== undefined && {
      stepUp: async (...given: unknown[]) => {
        calls.asked.push(given)
        return stepUp ?? undefined
      },
    }),
  }
  const send = openApi(
    {
      base: new URL('https://gw.example'),
      authorization,
      http: {
        send: async ({ headers = {} }) => {
          calls.sent.push(headers.authorization)
          const isGood = headers.authorization === 'Bearer good'
          const answer = { 'www-authenticate': challenge }
          return { status: isGood ? 200 : status, headers: isGood ? {} : answer, body: Buffer.from('{}') }
        },
        certificateIssuer: async () => undefined,
        proxyOf: async () => undefined,
      },
    },
    source,
  )
  const outcome = await send({ path: '/x' }).then(
    ({ status: answered }) => ({ answered, failure: undefined }),
    (error) => ({ answered: undefined, failure: error as Failure }),
  )
  return { ...outcome, ...calls }
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const RFC9470 = 'Bearer error="insufficient_user_authentication", error_description="More, please"'
const CLAIMS =
  'Bearer realm="", authorization_uri="https://id.example/authorize", error="insufficient_claims"'

const request = { access_token: { nbf: { essential: true, value: '1603742800' } } }
const json = JSON.stringify(request)

describe('what a challenge requires', () => {
  const required = (header: string) => {
    const challenge = readChallenge(header)
    return challenge && requirementsOf(challenge)
  }
  it.each([
    [`${CLAIMS}, claims="${base64(request)}"`, { claims: json }],
    [`${CLAIMS}, claims="${Buffer.from(json).toString('base64url')}"`, { claims: json }],
    [`${CLAIMS}, claims=${Buffer.from(json).toString('base64url')}`, { claims: json }],
    [
      `${CLAIMS}, claims="${base64({ id_token: { a: { value: '?>~' } } })}"`,
      { claims: '{"id_token":{"a":{"value":"?>~"}}}' },
    ],
    [`Negotiate, ${CLAIMS}, claims="${base64(request)}", Basic realm="x", claims="no"`, { claims: json }],
    [`Bearer realm="first", ${RFC9470}, acr_values="a"`, { acrValues: ['a'] }],
    [`DPoP algs="ES256", ${RFC9470.replace('Bearer', 'DPoP')}, max_age=0`, { maxAgeSeconds: 0 }],
    [`${RFC9470}, acr_values=phr max_age=9`, { acrValues: ['phr'], maxAgeSeconds: 9 }],
    [RFC9470, {}],
  ])('%s', (header, requirements) => {
    expect(required(header)).toStrictEqual(requirements)
  })

  it.each([
    [`${RFC9470}, acr_values=""`, 'acr_values is not a list of names'],
    [`${RFC9470}, acr_values="a\u001b[2J"`, 'acr_values is not a list of names'],
    [`${RFC9470}, acr_values="a\u0000\nb"`, 'acr_values is not a list of names'],
    [`${RFC9470}, acr_values="\u202eevil"`, 'acr_values is not a list of names'],
    [`${RFC9470}, acr_values="${'x'.repeat(15_000)}"`, 'acr_values is not a list of names'],
    [`${RFC9470}, acr_values="a", acr_values="b"`, 'acr_values appears twice'],
    [`${RFC9470}, max_age="-1"`, 'max_age is not a number of seconds'],
    [`${RFC9470}, max_age="soon"`, 'max_age is not a number of seconds'],
    [`${RFC9470}, max_age=${'9'.repeat(400)}`, 'max_age is not a number of seconds'],
    [`${RFC9470}, max_age=5, max_age=6`, 'max_age appears twice'],
    [CLAIMS, 'claims is missing'],
    [`${CLAIMS}, claims=""`, 'claims is not base64'],
    [`${CLAIMS}, claims="{}"`, 'claims is not base64'],
    [`${CLAIMS}, claims="e30 e30"`, 'claims is not base64'],
    [`${CLAIMS}, claims="${'A'.repeat(8193)}"`, 'claims is too long'],
    [`${CLAIMS}, claims="${'!'.repeat(8193)}"`, 'claims is too long'],
    [`${CLAIMS}, claims="${'!'.repeat(8192)}"`, 'claims is not base64'],
    [`${CLAIMS}, claims="${base64({ id_token: { a: { value: 'x'.repeat(2000) } } })}"`, 'claims is too long'],
    [`${CLAIMS}, claims="AAAA"`, 'claims is not a JSON object'],
    [`${CLAIMS}, claims="${base64([request])}"`, 'claims is not a JSON object'],
    [`${CLAIMS}, claims="${base64({})}"`, 'claims is not in the form of OpenID Connect Core §5.5'],
    [
      `${CLAIMS}, claims="${base64({ prompt: { none: null } })}"`,
      'claims is not in the form of OpenID Connect Core §5.5',
    ],
    [`${CLAIMS}, claims="${base64(request)}", claims="${base64(request)}"`, 'claims appears twice'],
  ])('%j cannot be passed on', async (header, unusable) => {
    expect(required(header)).toEqual({ unusable })
    const { failure, asked: questions } = await asked(header, { stepUp: 'good' })
    expect(failure).toMatchObject({ code: 'not-allowed', exit: 11 })
    expect(failure?.message).toBe('gw.example requires another sign-in but does not say clearly which')
    expect(failure?.detail).toContain(unusable)
    expect([failure?.message, failure?.hint, ...(failure?.detail ?? [])].join('')).toMatch(/^[ -~§…]+$/)
    expect(questions).toEqual([])
  })
})

describe('a sign-in that an API wants', () => {
  const rest = { reasons: ['server: x'], token: { acr: 'pwd' } }
  it.each([
    [
      { acrValues: ['phr'] },
      false,
      [
        'step-up: gw.example requires a stronger or newer sign-in',
        'Sign in again with these requirements: ls-auth login --acr phr',
        'server: x',
        'required sign-in level (acr): phr',
        'held sign-in level (acr): pwd',
      ],
    ],
    [
      { acrValues: ['phr'] },
      true,
      [
        'not-allowed: gw.example requires more than the sign-in you just made',
        "Tell whoever runs the identity provider: the sign-in did not meet the API's requirements.",
        'server: x',
        'required sign-in level (acr): phr',
        'held sign-in level (acr): pwd',
      ],
    ],
    [
      { unusable: 'claims is missing' },
      false,
      [
        'not-allowed: gw.example requires another sign-in but does not say clearly which',
        'Send these lines to whoever runs the gateway.',
        'server: x',
        'claims is missing',
      ],
    ],
  ])('is told with what is required and what is held: %j, made just now: %s', (wanted, isAgain, lines) => {
    expect(told(stepUpFailure(wanted, 'gw.example', { ...rest, isAgain }))).toEqual(lines)
  })
})

it('a shell takes the command of any challenge as it is meant', () => {
  const hostile = [
    `a'b"c`,
    '$(touch/tmp/x)',
    '`id`;&|<>*?[]{}!#~',
    '\\',
    "'",
    "';id;'",
    '--help',
    '-x',
    '%s%n',
  ]
  const claims = readChallenge(
    `${CLAIMS}, claims="${base64({ id_token: { "a'b$(id)": { value: '\'; \n\u001b[2J \u202e`id` "' } } })}"`,
  )
  const required = { ...(claims && requirementsOf(claims)), acrValues: hostile, maxAgeSeconds: 999_999_999 }
  const line = `printf '<%s>\\n'${loginFlags(required)}`
  expect(line).toMatch(/^[ -~]+$/)
  const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).trimEnd().slice(1, -1).split('>\n<')
  expect(words.slice(0, -1)).toEqual([
    ...hostile.flatMap((acr) => (acr.startsWith('-') ? [`--acr=${acr}`] : ['--acr', acr])),
    '--max-age',
    '999999999s',
    '--claims',
  ])
  expect(JSON.parse(words.at(-1) ?? '')).toEqual({
    id_token: { "a'b$(id)": { value: '\'; \n\u001b[2J \u202e`id` "' } },
  })
})
