import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { browse } from '../../world/browser.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { inFull, needs } from '../../world/needs.ts'
import { openPty, PTY, type Pty } from '../../world/pty.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { startWarmProgram } from '../../world/warm-program.ts'
import { words } from '../../world/world.ts'

/** What the commands of identity, profiles and checks show on a terminal, as one session that is typed line by line. */

let stage: Stage
let jaeger: JaegerApi
beforeAll(async () => {
  // Less than an hour by more than a run takes: what is nearly one is told as one.
  const life = { accessTokenSeconds: 3560, idTokenSeconds: 3560 }
  stage = await openStage({ provider: life })
  jaeger = await startJaegerApi({ traces: [stage.trace] })
})
afterAll(() => Promise.all([stage.close(), jaeger.close()]))

const ENTER = '\r'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/** What a person does while the command runs. */
type Act = (pty: Pty) => Promise<void>
const visit: Act = async (pty) => {
  const [, url] = await pty.sees(/^ {2}(http\S+\/auth\?\S+)\r$/m)
  await browse(url as string, { user: 'alice' })
}
const press =
  (...answers: (readonly [after: RegExp, keys: string])[]): Act =>
  async (pty) => {
    for (const [after, keys] of answers) {
      await pty.sees(after)
      pty.press(keys)
    }
  }

/** ISSUER, CLIENT, GATEWAY, JAEGER and KEY stand for the world's own. */
const BEFORE_A_PROFILE: readonly (string | readonly [string, Act])[] = [
  ...[
    'status',
    'profile list',
    'profile show',
    'whoami',
    'check',
    'token',
    'logout',
    'logout --all',
    'doctor',
  ],
  ...['exec -- true', 'exec', 'api /x', 'api', 'profile', 'profile set leeway 30s', 'profile use x'],
  ...['profile remove x', 'profile export x', 'profile add', 'profile add x', 'profile add "a b"'],
  ...['status --jsno', 'lgoin', 'help nosuch', 'completion', 'completion tcsh', 'login --device --paste'],
  ...['check --max-age x', 'whoami --token x'],
  ['whoami --token -', async (pty) => pty.press(CTRL_D)],
  'profile set nosuch x',
  ...['profile add x --from nosuch.toml', 'login --issuer http://id.example --client-id x', 'exec --help'],
  ['login', press([/identity provider\s+\(issuer\): $/, CTRL_D])],
  [
    'login --store file --store-key-file KEY --port 0 --no-browser',
    async (pty) => {
      await press(
        [/identity provider\s+\(issuer\): $/, ENTER],
        [/machine\)\.\r\n[\s\S]*: $/, `${stage.provider.issuer}${ENTER}`],
        [/or "later": $/, ENTER],
        [/now, name\s+it\s+later\.[\s\S]*"later": $/, `later${ENTER}`],
        [/Client id: $/, `${stage.provider.clientId}${ENTER}`],
        [/\[work\]: $/, ENTER],
      )(pty)
      await visit(pty)
    },
  ],
  ...['status', 'services', 'profile show', 'doctor'],
]

const OF_A_PROFILE: typeof BEFORE_A_PROFILE = [
  'profile add prod --issuer ISSUER --client-id CLIENT --api GATEWAY --organization acme --project prod --scopes "openid profile email groups offline_access traces:read" --store file --store-key-file KEY --account prod',
  'profile add jaeger --backend jaeger --api JAEGER --authorization none',
  'profile add jaeger --backend jaeger --api JAEGER --authorization none',
  ['login --profile prod --port 0', visit],
  ['login --profile prod --port 0 --device', press([/Waiting; .*\r\n/, CTRL_C])],
  [
    'login --profile prod --paste',
    press([/here:\r\n$/, `nonsense${ENTER}`], [/end\.\r\n[\s\S]*here:\r\n$/, CTRL_D]),
  ],
  ...['login --profile nosuch', 'whoami --profile prdo', 'profile use prod', 'status', 'profile list'],
  ...['profile show', 'profile show jaeger', 'profile export prod', 'doctor', 'doctor --profile jaeger'],
  ...['whoami', 'whoami --verify', 'whoami --raw', 'check', 'check --offline', 'check --use id --max-age 1h'],
  'check --group nosuch --role admin --sub a* --max-age 1h --min-ttl 5m --audience api://traces',
  ...['whoami --profile jaeger', 'profile set leeway 30s', 'profile set leeway --unset'],
  ...['profile set audience api://traces', 'exec -- nosuch-program', 'api /nosuch', 'api nosuch'],
  'profile add prod --replace --issuer ISSUER --client-id other --api GATEWAY',
  ...['status', 'logout --profile prod --issuer ISSUER --client-id CLIENT --account prod', 'logout'],
  ...['profile remove prod', 'logout --profile work', 'logout --all', 'status'],
]

interface Screen {
  readonly line: string
  readonly exit: number | null
  readonly text: string
}

/** The one in which each command is a process of its own. In the others one process runs those that wait for no key. */
const OF_MANY_PROCESSES = 80

async function session(columns: number, env?: Record<string, string>): Promise<Screen[]> {
  const machine = await openMachine()
  const terminal = { columns, rows: 200 }
  const isOfMany = columns === OF_MANY_PROCESSES && env === undefined
  const warm = isOfMany ? undefined : await startWarmProgram(machine, terminal)
  const screens: Screen[] = []
  for (const step of [...BEFORE_A_PROFILE, ...OF_A_PROFILE]) {
    const [line, act] = typeof step === 'string' ? [step, undefined] : step
    const argv = words(named(line, machine))
    if (warm && !act) {
      const { exit, stdout } = await warm.run(argv, { env })
      screens.push({ line, exit, text: normal(stdout, machine) })
      continue
    }
    const pty = openPty(machine, [process.execPath, BINARY, ...argv], { ...terminal, env })
    await act?.(pty)
    const exit = await pty.ended
    screens.push({ line, exit, text: normal(pty.screen, machine) })
  }
  await machine.close()
  return screens
}

const named = (line: string, { keyFile }: Machine): string =>
  line
    .replace('ISSUER', stage.provider.issuer)
    .replace('CLIENT', stage.provider.clientId)
    .replace('GATEWAY', stage.gateway.url)
    .replace('JAEGER', jaeger.url)
    .replace('KEY', keyFile)

/** Ports, names, times and everything random, replaced by what is as long. */
function normal(screen: string, { home }: Machine): string {
  const known = [stage.provider.issuer, stage.gateway.url, jaeger.url].map((url) => new URL(url).port)
  return (
    screen
      .replaceAll('\r\n', '\n')
      // The wait for a slow answer leaves nothing, or where nothing can be erased a line of its own.
      .replace(/waiting for \S+ (…|\.\.)(\r\x1b\[2K|\n)/g, '')
      .replaceAll(home, home.replace(/.{6}$/, 'aaaaaa'))
      .replace(/(127\.0\.0\.1:)([3-6]\d{4})/g, (_, host, port) => `${host}4000${known.indexOf(port) + 1}`)
      .replace(/\/auth\?\S+/g, '/auth?...')
      .replace(/[\w-]{43}/g, 'x'.repeat(43))
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2030-01-02T03:04:05Z')
      .replace(/\b1\d{9}\b/g, '1900000000')
      .replace(/\b(1h|5\dm( \d+s)?)(?=, at least)/g, '59m 59s')
      .replace(/\b5\dm\b/g, '59m')
      .replace(/\(\d+ms\)/g, '(5ms)')
      .replace(/\b[A-Z]{4}-[A-Z]{4}\b/g, 'ABCD-EFGH')
  )
}

const transcript = (screens: readonly Screen[]): string =>
  screens
    .map(({ line, exit, text }) => `$ ls-auth ${line}   [${exit}]\n${stripVTControlCharacters(text)}`)
    .join('\n')

/** What may be wider than the terminal: it is one word, or is pasted or read by programs as it is. */
const staysWhole = (line: string): boolean =>
  // A word, with its label where it has one.
  /^(\S+( \S+){0,3} {2,}){0,2}\S+$/.test(line.trim()) ||
  // An answer behind its question.
  /^(Address|\(issuer\)).*: \S/.test(line) ||
  /(?<![\w/.-])ls-auth [a-z]/.test(line) ||
  /^(scopes = |[a-z-]+ {2}# \/| +"|.*\S*https?:\/\/\S{40})/.test(line)

const isFull = inFull('identity commands in 60, 120 and 200 columns, and without Unicode')

describe.skipIf(!needs(PTY)).concurrent('a session of identity commands', () => {
  it.for(isFull ? [60, 80, 120, 200] : [80])(
    'in %i columns no line is wider, but for what is pasted',
    async (columns, { expect }) => {
      const screens = await session(columns)
      const text = transcript(screens)
      await expect(text).toMatchFileSnapshot(`../../golden/screens/identity-${columns}.txt`)
      const wide = screens.flatMap((screen) =>
        stripVTControlCharacters(screen.text)
          .split('\n')
          .filter((line) => displayWidth(line) > columns && !staysWhole(line))
          .map((line) => `${screen.line}: ${line}`),
      )
      expect(wide).toEqual([])
      expect(screens.some(({ text }) => text.includes('\x1b['))).toBe(true)
      for (const { line, text } of screens)
        expect(text.replace(/\x1b\[\d+m|\n|\^[CD]\x08*/g, ''), line).not.toMatch(/\p{Cc}/u)
    },
  )

  it.skipIf(!isFull).for<[string, Record<string, string>]>([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['LANG=C', { LANG: 'C' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('%s: the same words; ASCII where Unicode cannot be shown', async ([name, env], { expect }) => {
    const screens = await session(80, env)
    const text = screens.map((one) => one.text).join('\n')
    if (name !== 'LANG=C') expect(text).not.toContain('\x1b[')
    if (name === 'NO_COLOR')
      await expect(transcript(screens)).toMatchFileSnapshot('../../golden/screens/identity-80.txt')
    else expect(stripVTControlCharacters(text).replaceAll('\x08', '')).toMatch(/^[\x20-\x7e\n]*$/)
  })
})
