import type { Random } from '../../world/trace/random.ts'
import { type Kind, pick, type Trial } from './kind.ts'
import { CONFIG, type Machine, openMachine, type } from './machine.ts'
import { mutate } from './mutations.ts'
import { brokenPromises, SECRET } from './promises.ts'
import { answered, CLIENT, ISSUER, providerAnswer, tokenAnswerAt } from './provider.ts'

const LINES = [
  ['token'],
  ['token', '--min-ttl', '59m'],
  ['whoami'],
  ['logout'],
  ['doctor'],
  ['login', '--device'],
]

/** A session file whose header, which is not encrypted, is not what was written. */
export const sessionHeaders: Kind = {
  name: 'headers',
  share: 10,
  async open() {
    const signedIn = openMachine()
    signedIn.answer = providerAnswer(() => signedIn.now, { '/token': secretTokens(signedIn.now) })
    signedIn.files.set(
      CONFIG,
      Buffer.from(
        `[profiles.work]\nissuer = "${ISSUER}"\nclient_id = "${CLIENT}"\napi = "https://traces.example"\n`,
      ),
    )
    const { exit, err } = await type(signedIn, ['login', '--device'])
    const path = [...signedIn.files.keys()].find((one) => one.endsWith('/session'))
    if (exit !== 0 || path === undefined) throw new Error(`no session: ${err}`)
    return (random) => tryHeader(signedIn, path, random)
  },
}

/** Tokens that are to be seen when they show. */
const secretTokens = (now: number) =>
  answered(
    { ...tokenAnswerAt(Math.floor(now / 1000)), access_token: `${SECRET}-a`, refresh_token: `${SECRET}-r` },
    now,
  )

async function tryHeader(signedIn: Machine, path: string, random: Random): Promise<Trial> {
  const whole = signedIn.files.get(path) as Buffer
  const end = whole.indexOf(0x0a)
  const [header, body] = [whole.subarray(0, end), whole.subarray(end)]
  const input =
    random.between(0, 9) > 0
      ? Buffer.concat([mutate(header, body, random), body])
      : mutate(whole, header, random)
  const machine: Machine = {
    ...signedIn,
    files: new Map(signedIn.files).set(path, input),
    items: new Map(signedIn.items),
    answer: providerAnswer(() => signedIn.now),
  }
  const argv = pick(LINES, random)
  const ended = await type(machine, argv)
  const shows = argv[0] === 'token' && ended.exit === 0
  const broken = shows ? brokenPromises({ ...ended, out: '' }) : brokenPromises(ended)
  // The header is authenticated: no other one opens the session.
  if (shows && !input.equals(whole)) broken.push('a token came out of a changed session file')
  return { input, about: argv.join(' '), ...ended, broken }
}
