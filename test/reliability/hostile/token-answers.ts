import type { Json, RawAnswer, Tamper } from '../../world/provider.ts'
import { type Attack, atRenewal, atSignIn } from './attacks.ts'
import type { Scenario } from './scenario.ts'
import { deep, gzipBomb, huge, json, page } from './servers.ts'

const answer = (change: (body: Json) => Json | RawAnswer) => (): Tamper => ({ tokenResponse: change })
const member = (name: string, value: unknown) => answer((body) => ({ ...body, [name]: value }))
const lacking = (name: string) => answer(({ [name]: _, ...rest }) => rest)

const REFUSED = { exit: 10 } as const
/** The provider has rotated, and its answer brings no refresh token that can be read: only it could still know one. */
const UNREADABLE = { exit: [6, 10], renewal: { after: 'ended' } } as const
const UNUSABLE = { exit: [6, 10] } as const
const SECRET = 'SEKRIT'

/** RFC 6749 §5.1 and RFC 6750 §2.1. */
const MEMBERS: readonly Attack[] = [
  {
    does: 'an answer with members that nobody knows',
    sound: true,
    exit: 0,
    tamper: member('session_state', { a: 1 }),
  },
  ...['bearer', 'BEARER'].map(
    (type): Attack => ({
      does: `token_type ${type}`,
      sound: true,
      exit: 0,
      tamper: member('token_type', type),
    }),
  ),
  ...['mac', 'N_A', 'DPoP', ''].map(
    (type): Attack => ({ does: `token_type "${type}"`, ...UNUSABLE, tamper: member('token_type', type) }),
  ),
  { does: 'token_type that is a number', ...UNUSABLE, tamper: member('token_type', 7) },
  { does: 'no token_type', ...UNUSABLE, tamper: lacking('token_type') },
  { does: 'no access token', ...UNUSABLE, tamper: lacking('access_token') },
  { does: 'an access token that is a number', ...UNUSABLE, tamper: member('access_token', 7) },
  { does: 'an empty access token', ...UNUSABLE, tamper: member('access_token', '') },
  ...[
    ['a line break and a header', `${SECRET}\r\nX-Injected: yes`],
    ['an escape sequence', `${SECRET}\u001b]0;owned\u0007`],
    ['a space', `${SECRET} x`],
    ['a NUL', `${SECRET}\u0000`],
    ['an override of the direction', `\u202e${SECRET}`],
  ].map(
    ([what, value]): Attack => ({
      does: `an access token with ${what}`,
      ...REFUSED,
      hides: [SECRET],
      tamper: member('access_token', value),
    }),
  ),
  {
    does: 'a refresh token that is a number',
    ...UNUSABLE,
    renewal: { after: 'ended' },
    tamper: member('refresh_token', 7),
  },
  {
    does: 'a refresh token with a line break',
    exit: [0, 10],
    renewal: false,
    hides: [SECRET],
    tamper: member(
      'refresh_token',
      `${SECRET}
X-Injected: yes`,
    ),
  },
  ...['3600', 0, -5, 1e20].map(
    (life): Attack => ({
      does: `expires_in ${JSON.stringify(life)}`,
      exit: [0, 6, 10],
      tamper: member('expires_in', life),
    }),
  ),
  ...['abc', null, [], 'NaN'].map(
    (life): Attack => ({
      does: `expires_in ${JSON.stringify(life)}`,
      exit: [0, 6, 10],
      tamper: member('expires_in', life),
    }),
  ),
  { does: 'no expires_in', sound: true, exit: 0, tamper: lacking('expires_in') },
  { does: 'no scope', sound: true, exit: 0, tamper: lacking('scope') },
  { does: 'fewer scopes than asked', exit: 0, tamper: member('scope', 'openid') },
  { does: 'a scope that is a number', ...UNUSABLE, tamper: member('scope', 7) },
  {
    does: 'scopes with escape sequences',
    exit: [0, 6, 10],
    tamper: member('scope', 'openid \u001b[2J\u202e'),
  },
]

/** What is no answer at all, after the provider has done its work. */
const BODIES: readonly Attack[] = [
  {
    does: 'an answer with white space around it',
    sound: true,
    exit: 0,
    tamper: answer((body) => json(`\n ${JSON.stringify(body)} \n`)),
  },
  { does: 'a page with HTTP 200', ...UNREADABLE, tamper: answer(() => page()) },
  { does: 'nothing with HTTP 200', ...UNREADABLE, tamper: answer(() => json('')) },
  { does: 'a list', ...UNREADABLE, tamper: answer((body) => json(JSON.stringify([body]))) },
  {
    does: 'an answer cut in the middle',
    ...UNREADABLE,
    tamper: answer((body) => json(JSON.stringify(body).slice(0, -30))),
  },
  { does: 'HTTP 500 after the work', ...UNREADABLE, tamper: answer(() => page(500)) },
  { does: 'tokens with HTTP 400', ...UNREADABLE, tamper: answer((body) => json(JSON.stringify(body), 400)) },
  {
    does: 'a redirect with the tokens',
    ...UNREADABLE,
    tamper: answer((body) => ({
      status: 307,
      headers: { location: 'https://evil.example/' },
      raw: JSON.stringify(body),
    })),
  },
  { does: '10 MB', ...UNREADABLE, tamper: answer(huge) },
  { does: 'a compressed bomb', ...UNREADABLE, tamper: answer(gzipBomb) },
  { does: 'lists 100,000 deep', ...UNREADABLE, tamper: answer(deep) },
  {
    does: 'more bytes announced than sent',
    ...UNREADABLE,
    tamper: answer((body) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'content-length': '99999' },
      raw: JSON.stringify(body),
    })),
  },
]

const FAMILIES = [
  ['members of the token answer', MEMBERS],
  ['body of the token answer', BODIES],
] as const

export const tokenAnswerScenarios: readonly Scenario[] = FAMILIES.flatMap(([family, attacks]) => [
  ...atSignIn('provider', family, attacks),
  ...atRenewal('provider', family, attacks),
])
