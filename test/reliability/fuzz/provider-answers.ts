import type { HttpAnswer } from '../../../src/ports/http.ts'
import type { Random } from '../../world/trace/random.ts'
import { type Kind, pick } from './kind.ts'
import { CONFIG, type Machine, openMachine, type } from './machine.ts'
import { mutate } from './mutations.ts'
import { brokenPromises } from './promises.ts'
import {
  answered,
  CLIENT,
  claimsAt,
  DEVICE,
  ISSUER,
  KEY_SET,
  METADATA,
  providerAnswer,
  sign,
  tokenAnswerAt,
} from './provider.ts'

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const ERRORS = [
  { error: 'invalid_grant', error_description: 'no', error_uri: 'https://id.example/e' },
  { error: 'authorization_pending' },
  { error: 'slow_down' },
  { error: { message: 'no' } },
].map(bytes)

const STATUSES = [400, 400, 401, 403, 201, 204, 302, 429, 500, 503]
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { 'content-type': 'text/html' },
  { 'content-type': '' },
  { 'content-type': 'application/json; charset=\u0000' },
  { date: 'never' },
  { date: 'Fri, 31 Dec 9999 23:59:59 GMT' },
  { 'www-authenticate': 'Bearer error="invalid_token", error_description="\u001b[2J"' },
  { 'www-authenticate': 'DPoP algs="ES256", Basic realm="' },
  { 'retry-after': '1e99', location: 'https://evil.example' },
  { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked', 'content-length': '-1' },
]

/** The answer with something wrong in its body, and now and then in its status and headers. */
function damaged(sound: Buffer, others: readonly Buffer[], now: number, random: Random): HttpAnswer {
  const body = mutate(random.between(0, 9) === 0 ? pick(others, random) : sound, pick(others, random), random)
  const answer = answered(body, now, random.between(0, 5) === 0 ? pick(STATUSES, random) : 200)
  if (random.between(0, 5) > 0) return answer
  return { ...answer, headers: { ...answer.headers, ...pick(HEADERS, random) } }
}

function openProfile(): Machine {
  const machine = openMachine()
  machine.files.set(
    CONFIG,
    Buffer.from(
      `[profiles.work]\nissuer = "${ISSUER}"\nclient_id = "${CLIENT}"\napi = "https://traces.example"\n`,
    ),
  )
  return machine
}

/** One path of the provider answers so, and these command lines are typed one after the other. */
const kindOf = (
  name: string,
  share: number,
  path: string,
  soundAt: (now: number) => Buffer,
  lines: readonly (readonly (readonly string[])[])[],
): Kind => ({
  name,
  share,
  open: async () => async (random) => {
    const machine = openProfile()
    const others = [bytes(METADATA), bytes(KEY_SET), bytes(DEVICE), ...ERRORS]
    const instead = damaged(soundAt(Math.floor(machine.now / 1000)), others, machine.now, random)
    machine.answer = providerAnswer(() => machine.now, { [path]: instead })
    machine.stdin = Buffer.from(sign(JSON.stringify(claimsAt(Math.floor(machine.now / 1000)))))
    const broken: string[] = []
    const typed = pick(lines, random)
    for (const argv of typed) {
      const ended = await type(machine, argv)
      if (argv[0] !== 'token' || ended.exit !== 0) broken.push(...brokenPromises(ended))
      const about = `${typed.map((line) => line.join(' ')).join('; ')} (HTTP ${instead.status})`
      const last = argv === typed.at(-1) || ended.exit !== 0
      if (last) return { input: instead.body, about, ...ended, broken }
    }
    throw new Error('no command line')
  },
})

const LOGIN = ['login', '--device']

export const discoveryDocuments = kindOf(
  'discovery',
  8,
  '/.well-known/openid-configuration',
  () => bytes(METADATA),
  [
    [['profile', 'add', 'new', '--issuer', ISSUER, '--client-id', 'x']],
    [LOGIN],
    [['whoami', '--token', '-', '--verify']],
    [['doctor']],
  ],
)

export const keySets = kindOf('keys', 8, '/jwks', () => bytes(KEY_SET), [
  [['whoami', '--token', '-', '--verify']],
  [['check', '--token', '-', '--sub', 'ada']],
  [LOGIN, ['token']],
])

export const tokenAnswers = kindOf('tokens', 10, '/token', (now) => bytes(tokenAnswerAt(now)), [
  [LOGIN, ['token'], ['whoami']],
  [LOGIN, ['token', '--narrow', '--scope', 'openid']],
  [LOGIN, ['token', '--min-ttl', '59m'], ['logout']],
])

export const deviceAnswers = kindOf('device', 6, '/device', () => bytes(DEVICE), [[LOGIN, ['whoami']]])

/** The claims of a token that somebody gave, under a good signature. */
export const claims: Kind = {
  name: 'claims',
  share: 8,
  open: async () => async (random) => {
    const machine = openProfile()
    machine.answer = providerAnswer(() => machine.now)
    const sound = bytes(claimsAt(Math.floor(machine.now / 1000)))
    const input = mutate(sound, pick(ERRORS, random), random)
    const token =
      random.between(0, 4) > 0 ? Buffer.from(sign(input)) : mutate(Buffer.from(sign(sound)), sound, random)
    machine.stdin = token
    const argv = pick(
      [
        ['whoami', '--token', '-'],
        ['whoami', '--token', '-', '--json'],
        [
          'check',
          '--token',
          '-',
          '--aud',
          CLIENT,
          '--scope',
          'traces:read',
          '--group',
          'ops',
          '--mfa',
          '--max-age',
          '1h',
        ],
        ['check', '--token', '-', '--claim', 'realm_access.roles contains reader', '--json'],
      ],
      random,
    )
    const ended = await type(machine, argv)
    return { input: token, about: argv.join(' '), ...ended, broken: brokenPromises(ended) }
  },
}
