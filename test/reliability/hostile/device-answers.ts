import type { Json } from '../../world/provider.ts'
import { type Attack, atSignIn } from './attacks.ts'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'
import { json, page } from './servers.ts'

const device = (change: (body: Json) => Json | ReturnType<typeof json>) => () => ({ deviceResponse: change })
const member = (name: string, value: unknown) => device((body) => ({ ...body, [name]: value }))
const lacking = (...names: string[]) =>
  device((body) => Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name))))

const ONLY = { flows: ['device'], renewal: false } as const
const UNUSABLE = { ...ONLY, exit: [6, 10] } as const

/** RFC 8628 §3.2 and §5: what a person is shown is the provider's text. */
const ANSWERS: readonly Attack[] = [
  { does: 'a device answer as it should be', ...ONLY, sound: true, exit: 0, tamper: () => ({}) },
  { does: 'no device_code', ...UNUSABLE, tamper: lacking('device_code') },
  { does: 'a device_code that is a number', ...UNUSABLE, tamper: member('device_code', 7) },
  { does: 'no user_code', ...UNUSABLE, tamper: lacking('user_code') },
  { does: 'a user_code that is a list', ...UNUSABLE, tamper: member('user_code', ['A']) },
  { does: 'no verification_uri', ...UNUSABLE, tamper: lacking('verification_uri') },
  {
    does: 'verification_url, as Google writes it',
    ...ONLY,
    sound: true,
    exit: 0,
    tamper: device(({ verification_uri, ...rest }) => ({ ...rest, verification_url: verification_uri })),
  },
  ...[
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://evil.example/device',
    'https://idp.example@evil.example/',
    'not an address',
    '',
  ].map(
    (address): Attack => ({
      does: `verification_uri "${address}"`,
      ...UNUSABLE,
      tamper: member('verification_uri', address),
    }),
  ),
  {
    does: 'verification_uri of 100 KB',
    ...ONLY,
    exit: [6, 10],
    tamper: member('verification_uri', `https://idp.example/${'x'.repeat(100_000)}`),
  },
  {
    does: 'verification_uri_complete that is a script',
    ...ONLY,
    exit: [0, 10],
    tamper: member('verification_uri_complete', 'javascript:alert(1)'),
  },
  {
    does: 'verification_uri_complete that is a number',
    ...ONLY,
    exit: [0, 6, 10],
    tamper: member('verification_uri_complete', 7),
  },
  {
    does: 'a host that looks like another (IDN)',
    ...ONLY,
    exit: 0,
    says: /xn--/,
    tamper: member('verification_uri', 'https://idp.ex\u0430mple/device'),
  },
  ...['\u001b]8;;https://evil\u0007CODE', 'AB\r\nerror: CD', '\u202eEDOC', 'x'.repeat(10_000)].map(
    (code, n): Attack => ({
      does: `a user_code that drives the terminal (${n + 1})`,
      ...ONLY,
      exit: 0,
      tamper: member('user_code', code),
    }),
  ),
  { does: 'expires_in beyond every timer', ...ONLY, exit: [0, 6], tamper: member('expires_in', 4_294_968) },
  { does: 'expires_in below zero', ...ONLY, exit: [4, 6], tamper: member('expires_in', -1) },
  { does: 'expires_in that is no number', ...ONLY, exit: [0, 6], tamper: member('expires_in', 'abc') },
  { does: 'a page in place of a code', ...ONLY, exit: 6, tamper: device(() => page()) },
  {
    does: 'a refusal with escape sequences',
    ...ONLY,
    exit: 6,
    tamper: device(() => json('{"error":"\\u001b[2J","error_description":"\\u202e"}', 400)),
  },
]

/** Polls of a code (RFC 8628 §3.5): what the provider answers to each, and when it is asked. */
interface Polls extends Expected {
  readonly does: string
  readonly sound?: true
  readonly interval?: unknown
  readonly answers: readonly ({ readonly error: string } | 'approve' | 'page' | 'drop')[]
  /** Seconds before each poll. */
  readonly waits: readonly number[]
}

const PENDING = { error: 'authorization_pending' }
const POLLS: readonly Polls[] = [
  {
    does: 'pending, then approved',
    sound: true,
    exit: 0,
    answers: [PENDING, PENDING, 'approve'],
    waits: [1, 1, 1],
  },
  {
    does: 'slow_down twice: five seconds more for all that follow',
    exit: 0,
    answers: [{ error: 'slow_down' }, { error: 'slow_down' }, PENDING, 'approve'],
    waits: [1, 6, 11, 11],
  },
  { does: 'an interval of 31 s', exit: 0, interval: 31, answers: [PENDING, 'approve'], waits: [31, 31] },
  ...[0, -5, 'abc', null].map(
    (interval): Polls => ({
      does: `an interval of ${interval}: five seconds`,
      exit: 0,
      interval,
      answers: [PENDING, 'approve'],
      waits: [5, 5],
    }),
  ),
  {
    does: 'an interval of a millisecond: no less than a second',
    exit: 0,
    interval: 0.001,
    answers: [PENDING, 'approve'],
    waits: [1, 1],
  },
  { does: 'access_denied', exit: 4, answers: [PENDING, { error: 'access_denied' }], waits: [1, 1] },
  { does: 'expired_token', exit: 4, answers: [{ error: 'expired_token' }], waits: [1] },
  ...(
    [
      ['invalid_grant', 6],
      ['invalid_request', 6],
      // How the client is registered: no second try mends it.
      ['unsupported_grant_type', 2],
      ['of_their_own', 6],
    ] as const
  ).map(
    ([error, exit]): Polls => ({ does: `${error}: not asked again`, exit, answers: [{ error }], waits: [1] }),
  ),
  { does: 'a page, then approved', exit: 0, answers: ['page', 'approve'], waits: [1, 2] },
  {
    does: 'a connection that breaks three times: longer waits, then approved',
    exit: 0,
    answers: ['drop', 'drop', 'drop', 'approve'],
    waits: [1, 2, 4, 8],
  },
]

const pollScenario = (polls: Polls): Scenario => ({
  who: 'provider',
  family: 'polls of a device code',
  does: `device: ${polls.does}`,
  ...(polls.sound && { sound: polls.sound }),
  async play(scene: Scene) {
    const answers = [...polls.answers]
    await scene.signIn(
      'device',
      {
        ...(polls.interval !== undefined && member('interval', polls.interval)()),
        intercept(request, response, body) {
          if (request.url !== '/token' || !body.includes('device_code')) return false
          const next = answers.shift()
          if (next === undefined || next === 'approve') return false
          if (next === 'drop') response.destroy()
          else if (next === 'page')
            response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
          else response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(next))
          return true
        },
      },
      polls,
    )
    scene.must(answers.length === 0, `${answers.length} polls were not made`)
    const waits = scene.world.slept.map((milliseconds) => milliseconds / 1000)
    scene.must(String(waits) === String(polls.waits), `waited ${waits} instead of ${polls.waits}`)
  },
})

export const deviceScenarios: readonly Scenario[] = [
  ...atSignIn('provider', 'device answer', ANSWERS),
  ...POLLS.map(pollScenario),
]
