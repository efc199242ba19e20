import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'

/** A file that somebody sent, or a word that somebody said to type. */
interface Sent extends Expected {
  readonly does: string
  readonly sound?: true
  /** The content of the file; a function makes it at this path. */
  readonly content: string | Buffer | ((path: string, scene: Scene) => unknown)
  /** `{file}` is the path. */
  readonly line: string
}

const REFUSED = { exit: [2, 10] } as const
const IMPORT = 'ls-auth profile add team --from {file} --yes'
const profile = (lines: string) => `[profiles.team]\n${lines}\n`
const sound = (_: string, { provider }: Scene) =>
  profile(
    `issuer = "${provider.issuer}"\nclient_id = "${provider.clientId}"\napi = "https://gateway.example"`,
  )
const with_ = (more: string) => (path: string, scene: Scene) =>
  writeFile(path, `${sound(path, scene)}${more}\n`)

const PROFILES: readonly Sent[] = [
  {
    does: 'as it should be',
    sound: true,
    exit: 0,
    line: IMPORT,
    content: (path, scene) => writeFile(path, sound(path, scene)),
  },
  {
    does: 'an issuer in clear',
    ...REFUSED,
    line: IMPORT,
    content: profile('issuer = "http://idp.example"\nclient_id = "x"'),
  },
  {
    does: 'an issuer with a password',
    ...REFUSED,
    line: IMPORT,
    content: profile('issuer = "https://login.acme.example@evil.example"\nclient_id = "x"'),
  },
  {
    does: 'an issuer that is a file',
    ...REFUSED,
    line: IMPORT,
    content: profile('issuer = "file:///etc/passwd"\nclient_id = "x"'),
  },
  {
    does: 'an API in clear',
    ...REFUSED,
    line: IMPORT,
    content: (path, { provider }) =>
      writeFile(path, profile(`issuer = "${provider.issuer}"\nclient_id = "x"\napi = "http://evil.example"`)),
  },
  {
    does: 'an issuer that is a number',
    ...REFUSED,
    line: IMPORT,
    content: profile('issuer = 7\nclient_id = "x"'),
  },
  {
    does: 'an issuer with escape sequences',
    exit: [2, 6, 10],
    line: IMPORT,
    content: profile('issuer = "https://idp.example/\\u001b[2J\\u202e"\nclient_id = "x"'),
  },
  {
    does: 'names full of escape sequences',
    ...REFUSED,
    line: IMPORT,
    content: '[profiles."\\u001b[2J"]\nissuer = 7\n"\\u202e" = 1\n',
  },
  {
    does: 'a proxy of its own: it is left out',
    exit: 0,
    line: IMPORT,
    content: with_('proxy = "http://127.0.0.1:9"\nca_file = "/tmp/evil.pem"'),
  },
  {
    does: 'two profiles',
    exit: 2,
    line: IMPORT,
    content: '[profiles.a]\nissuer = "https://a.example"\n[profiles.b]\nissuer = "https://b.example"\n',
  },
  { does: 'nothing', exit: 2, line: IMPORT, content: '' },
  { does: 'no TOML', exit: 2, line: IMPORT, content: '\u0000\u001b]0;x\u0007 = = [' },
  { does: 'a dotted key of 900 KB', exit: 2, line: IMPORT, content: `${'a.'.repeat(450_000)}b = 1` },
  { does: 'lists 100,000 deep', exit: 2, line: IMPORT, content: `a = ${'['.repeat(100_000)}` },
  { does: '2 MB', exit: 2, line: IMPORT, content: `# ${'x'.repeat(2 * 1024 * 1024)}` },
  {
    does: '__proto__ in place of a profile',
    exit: 2,
    line: IMPORT,
    content: '[profiles.__proto__]\nissuer = "https://evil.example"\n',
  },
  { does: 'a file that is none', exit: 2, line: IMPORT, content: (path) => execFileSync('mkdir', [path]) },
]

const GET = 'ls-auth trace get {file}'
const span = (more: string) =>
  `[{"traceId":"a1","id":"1","name":"get /","timestamp":1000,"duration":900${more}}]`
const TRACES: readonly Sent[] = [
  { does: 'as it should be', sound: true, exit: 0, line: GET, content: span('') },
  {
    does: 'a trace that drives the terminal',
    exit: 0,
    line: GET,
    content: span(',"tags":{"error":"\\u001b[2J\\u001b]52;c;eA==\\u0007","\\u202e":"\\u009b31m"}'),
  },
  {
    does: 'a name of 10 MB',
    exit: [0, 2],
    line: GET,
    content: span(`,"tags":{"a":"${'x'.repeat(10_000_000)}"}`),
  },
  {
    does: 'times beyond every date',
    exit: [0, 2],
    line: GET,
    content: span('').replace('1000', '9e300').replace('900', '1e300'),
  },
  { does: 'a span that is its own parent', exit: [0, 2], line: GET, content: span(',"parentId":"1"') },
  { does: 'lists 100,000 deep', exit: 2, line: GET, content: '['.repeat(100_000) },
  {
    does: 'a compressed bomb',
    exit: [2, 6],
    line: GET,
    content: gzipSync(Buffer.alloc(300 * 1024 * 1024, ' ')),
  },
  { does: 'nothing', exit: 2, line: GET, content: '' },
  {
    does: 'random bytes',
    exit: 2,
    line: GET,
    content: Buffer.from(Array.from({ length: 4_096 }, (_, n) => (n * 7_919) % 251)),
  },
]

const WORDS: readonly Sent[] = [
  { does: 'to type a version', sound: true, exit: 0, line: 'ls-auth --version', content: '' },
  {
    does: 'to type a token on the command line',
    exit: 2,
    line: 'ls-auth whoami --token eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.AAAA',
    hides: ['eyJzdWIiOiJ4In0'],
    content: '',
  },
  {
    does: 'to type an issuer of their own',
    ...REFUSED,
    line: 'ls-auth login --issuer https://idp.example@evil.example --client-id x',
    content: '',
  },
  {
    does: 'to type an API with a password',
    ...REFUSED,
    line: 'ls-auth services --api https://ada:pw@evil.example',
    hides: ['pw@'],
    content: '',
  },
  {
    does: 'to type an option that prints escape sequences',
    exit: 2,
    line: 'ls-auth --\u001b[2J',
    content: '',
  },
  {
    does: 'to type a profile named after a path',
    exit: 2,
    line: 'ls-auth token --profile ../../etc/passwd',
    content: '',
  },
  {
    does: 'to type an id with an escape sequence',
    exit: [2, 3],
    line: 'ls-auth trace get \u001b]0;x\u0007',
    content: '',
  },
  { does: 'to type a time-out without end', exit: 2, line: 'ls-auth token --timeout 1e308', content: '' },
  {
    does: 'to type a key file that is a device',
    exit: [2, 6, 8, 10],
    line: 'ls-auth login --store file --store-key-file /dev/zero',
    content: '',
  },
]

const scenarioOf =
  (family: string, what: string) =>
  ({ does, sound, content, line, ...expected }: Sent): Scenario => ({
    who: 'strange file',
    family,
    does: `${what}${does}`,
    ...(sound && { sound }),
    async play(scene) {
      const path = join(scene.world.home, 'sent')
      if (typeof content === 'function') await content(path, scene)
      else await writeFile(path, content)
      await scene.meets(line.replace('{file}', path), expected)
    },
  })

export const strangeFileScenarios: readonly Scenario[] = [
  ...PROFILES.map(scenarioOf('profile of a stranger', 'a profile: ')),
  ...TRACES.map(scenarioOf('trace of a stranger', 'a trace file: ')),
  ...WORDS.map(scenarioOf('command line of a stranger', 'tells the person ')),
]
