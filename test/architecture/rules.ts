import { posix } from 'node:path'
import { BACKEND_IDS } from '../../src/backends/table.ts'
import type { Import, Source, User } from './source.ts'

/** From the top down; a room knows those below it, never its neighbours. */
const FLOORS: readonly (readonly string[])[] = [
  ['bin'],
  ['start'],
  ['main'],
  ['cli'],
  ['mcp'],
  ['verbs'],
  // What a verb is: typed flags, answers, printers.
  ['frame'],
  ['commands', 'report', 'request-log', 'progress'],
  ['session', 'api', 'attacks', 'audit', 'settings'],
  // Made by settings, used by session: types that both may know.
  ['client'],
  ['providers', 'claims', 'backends'],
  ['trace'],
  ['unknown-choice', 'empty-value', 'http-answers', 'dpop', 'storage'],
  // Types that two rooms of one floor share stand below both.
  [
    'errors',
    'text',
    'steady-clock',
    'claim-grammar',
    'json-object',
    'loopback-host',
    'silent-connections',
    'why-not-private',
    'port-with',
  ],
]

/** Rooms that few others may enter. `start` switches the compile cache on before `main` is read. */
const VISITORS: Readonly<Record<string, readonly string[]>> = {
  system: ['main', 'start'],
  commands: ['cli', 'mcp', 'verbs', 'frame'],
  verbs: ['cli', 'mcp'],
  trace: ['cli', 'mcp', 'verbs', 'frame', 'commands', 'backends'],
  mcp: ['cli'],
  cli: ['main'],
  main: ['start'],
  start: ['bin'],
}

/** Rooms of `session` in a row: each knows those before it and none behind it. */
const SESSION_ROW = ['documents', 'answers', 'protocol'].map((room) => `src/session/${room}/`)

/** Who knows a third-party package: one file, or a few of one folder. */
export const DOORS: Readonly<Record<string, string | RegExp>> = {
  aws4fetch: 'src/session/workload/aws-proof.ts',
  '@decimalturn/toml-patch': 'src/settings/files/toml-writing.ts',
  chalk: 'src/system/terminal/terminal.ts',
  commander: /^src\/cli\//,
  '@modelcontextprotocol/client': /^src\/mcp\/connect\/(bridge|session|questions)\.ts$/,
  '@modelcontextprotocol/server': /^src\/mcp\/(serve|connect\/(bridge|http-door|session|questions))\.ts$/,
  'fs-native-extensions': 'src/system/files/lock.ts',
  jose: /^src\/(claims\/jwt\/verify|attacks\/table|session\/protocol\/assertion-key|dpop\/proof-key)\.ts$/,
  'jq-wasm': 'src/commands/json-fields.ts',
  keytar: 'src/system/keychain.ts',
  open: 'src/system/browser.ts',
  'openid-client': /^src\/session\/protocol\/(provider|code-grant|exchange|proof-handle|registration)\.ts$/,
  'smol-toml': 'src/settings/files/toml-reading.ts',
  'string-width': 'src/text/display-width.ts',
  undici: /^src\/system\/http\/(http|undici-request|upstream)\.ts$/,
}

/** No I/O, no clock, no randomness. Cryptography and compression of data in memory are arithmetic. */
const PURE = [
  /^src\/(attacks|claims|providers|backends|text|http-answers)\//,
  /^src\/session\/answers\//,
  /^src\/session\/renewal\/(state-machine|step|freshness)\.ts$/,
  /^src\/trace\/(?!index\.)[\w-]+\.ts$/,
  /^src\/trace\/(tree|analysis|breakdown|causes|compare|formats|render|id-forms|conditions|masking|view)\//,
  /^src\/(errors|claim-grammar|json-object|loopback-host|port-with|unknown-choice|empty-value)\.ts$/,
]
const isPure = (path: string): boolean => PURE.some((pattern) => pattern.test(path))
const ARITHMETIC = new Set(['node:crypto', 'node:buffer', 'node:zlib'])
/** Loads its package when the first text needs it, and cannot wait for a promise meanwhile. */
const LATE_DOOR = 'src/text/display-width.ts'

/** The machine is behind ports: outside `system` nobody touches these, but for the redirect's listener. */
const MACHINE =
  /^node:(fs|fs\/promises|child_process|http|https|http2|net|tls|dns|os|readline|worker_threads)$/
const LISTENER = 'src/session/flow/loopback.ts'
/** Takes `BlockList` from `node:net`, which compares addresses and opens nothing. */
const ADDRESSES = 'src/session/documents/metadata.ts'

const PROVIDERS = [
  /okta|entra|azure(?=ad)|microsoft|cognito|auth0|keycloak|\bdex\b|google|ping-?one|one-?login|jump-?cloud|github|amazon|\baws\b/i,
  // Their hosts and codes, and a name inside of a longer one.
  /windows\.net|ciamlogin|b2clogin|awsapps|\.aws\b|\.ghe\.|githubusercontent|AADSTS|ya29|pingidentity/i,
  /(^|[a-z_])(Aws|Dex)([A-Z_]|$)|^(aws|dex)[A-Z_]/,
]

/** Names on the wire that hold one: a claim of issuers that nothing else is known of, a variable of a CI runner. */
const ON_THE_WIRE = new Set(['cognito:groups', 'GITHUB_ACTIONS'])

/** Who speaks a protocol that one platform alone has. */
const PLATFORM_GUESTS =
  /^src\/(session\/workload\/(aws-proof|proof)|commands\/aws-web-identity|verbs\/aws-credentials|cli\/commands)\.ts$/

/** A back end's name, alone or inside of a longer one (`temporary` and `AzureAD` are none), and the UI that is Tempo's. */
const BACKENDS = new RegExp([...BACKEND_IDS.map((id) => `${id}(?!r|ad)`), 'grafana'].join('|'), 'i')

/** Who may know one back end from another: its facts, the code that asks it, and the formats, which are their makers'. */
const BACKEND_ROOMS = /^src\/(backends|trace\/formats)\//

/** Elsewhere, each with its reason. */
const BACKEND_GUESTS: Readonly<Record<string, string>> = {
  'src/trace/id.ts': 'reads ids as tools print them, their addresses included',
}

/** `src/trace/tree/trace-tree.ts` → `trace`, `src/errors.ts` → `errors`. */
const roomOf = (path: string): string =>
  path.startsWith('bin/') ? 'bin' : (path.split('/')[1] ?? '').replace(/\.ts$/, '')

/** Every way in which a file leaves the plan of the house, in words. */
export function violations(source: Source): string[] {
  const { path, imports, impure, decisions, assertions, discarded, words } = source
  const pure = isPure(path)
  return [
    ...imports.map((one) => judgeImport(path, one, pure)),
    ...(pure ? impure.map((use) => `uses ${use}, but is pure`) : []),
    ...discarded.map((text) => `drops a value, and the build drops the call with it: ${text}`),
    ...assertions.map((text) => `asserts more than an index: ${text}`),
    ...(path.startsWith('src/providers/') ? [] : decisions).map(
      (text) => `asks which provider it is: ${text}`,
    ),
    ...(path.startsWith('src/providers/') || PLATFORM_GUESTS.test(path) ? [] : words)
      .filter((word) => PROVIDERS.some((pattern) => pattern.test(word)) && !ON_THE_WIRE.has(word))
      .map((word) => `names a provider: ${word.slice(0, 60)}`),
    ...(BACKEND_ROOMS.test(path) || path in BACKEND_GUESTS ? [] : words)
      .filter((word) => BACKENDS.test(word))
      .map((word) => `names a back end: ${word.slice(0, 60)}`),
  ]
    .filter((problem) => problem !== undefined)
    .map((problem) => `${path} ${problem}`)
}

/** The first way found by which a file imports itself, by way of others; empty where there is none. */
export function circle(program: readonly Source[]): string[] {
  const imports = new Map(
    program.map(({ path, imports }) => [path, imports.map((one) => targetOf(path, one))]),
  )
  const settled = new Set<string>()
  const walk = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    if (settled.has(path)) return []
    for (const target of imports.get(path) ?? []) {
      const found = walk(target, [...way, path])
      if (found.length > 0) return found
    }
    settled.add(path)
    return []
  }
  for (const path of imports.keys()) {
    const found = walk(path, [])
    if (found.length > 0) return found
  }
  return []
}

/** Pairs of folders, none within the other, that know each other: neither can be read without the other. */
export function mutualFolders(program: readonly Source[]): string[] {
  const folder = posix.dirname
  const arrows = new Set(
    program.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map((one) => `${folder(path)} ${folder(targetOf(path, one))}`),
    ),
  )
  const isWithin = (one: string, other: string) => `${one}/`.startsWith(`${other}/`)
  return [...arrows].filter((arrow) => {
    const [from = '', to = ''] = arrow.split(' ')
    return from < to && !isWithin(from, to) && !isWithin(to, from) && arrows.has(`${to} ${from}`)
  })
}

/** Stories take the first as one object (`test/world/program.ts`). The others are doors for other programs. */
const TAKEN_WHOLE = ['src/main.ts', 'src/session/index.ts', 'src/trace/index.ts', 'src/backends/index.ts']

/** Values that are exported, while no other file that imports theirs has their name: `src/a.ts name`. */
export function unusedExports(program: readonly Source[], users: readonly User[]): string[] {
  const words = new Map<string, Set<string>>()
  for (const user of [...program, ...users]) {
    for (const one of user.imports) {
      const target = targetOf(user.path, one)
      const known = words.get(target) ?? new Set()
      words.set(target, known)
      for (const word of user.words) known.add(word)
    }
  }
  return program.flatMap(({ path, exports }) =>
    exports
      .filter((name) => !TAKEN_WHOLE.includes(path) && !words.get(path)?.has(name))
      .map((name) => `${path} ${name}`),
  )
}

/** The file of ours that an import names: `../errors.ts` → `src/errors.ts`. */
const targetOf = (path: string, { specifier }: Import): string =>
  posix.join(posix.dirname(path), specifier).replace(/^dist\/(.*)\.c?js$/, 'src/$1.ts')

function judgeImport(path: string, one: Import, pure: boolean): string | undefined {
  const { specifier, typeOnly } = one
  if (specifier === '(computed)') return 'imports something that cannot be read here'
  if (specifier.startsWith('node:')) {
    if (path === LATE_DOOR && specifier === 'node:module') return undefined
    if (pure && !ARITHMETIC.has(specifier)) return `imports ${specifier}, but is pure`
    const outside =
      MACHINE.test(specifier) &&
      !typeOnly &&
      roomOf(path) !== 'system' &&
      path !== LISTENER &&
      path !== ADDRESSES
    return outside ? `imports ${specifier} past the ports` : undefined
  }
  if (!specifier.startsWith('.')) {
    const door = DOORS[packageOf(specifier)]
    if (door === undefined) return `imports ${specifier}, which has no door`
    const welcome = typeof door === 'string' ? door === path : door.test(path)
    return welcome ? undefined : `imports ${specifier}, whose door is ${door}`
  }
  const target = targetOf(path, one)
  const leak = pure && !typeOnly && !isPure(target) ? `imports ${target}, which is not pure` : undefined
  return judgeArrow(path, target, typeOnly) ?? leak
}

/** `@a/b` of `@a/b/c`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Documents that the build takes in as text: the names of `--json=FIELDS`, and what an agent reads. */
const PAGES = ['src/commands/json-fields.ts docs/json.md', 'src/verbs/skill.ts docs/SKILL.md']

function judgeArrow(path: string, target: string, typeOnly: boolean): string | undefined {
  if (PAGES.includes(`${path} ${target}`)) return undefined
  const [from, to] = [roomOf(path), roomOf(target)]
  if (from === to) return judgeInside(path, target)
  if (to === 'ports') return typeOnly ? undefined : 'imports more than types from ports'
  if (from === 'ports') return `imports ${target}, but ports knows nobody`
  const visitors = VISITORS[to]
  if (visitors !== undefined) {
    if (visitors.includes(from)) return undefined
    return `imports ${target}; only ${visitors.join(' and ')} may import ${to}`
  }
  const floor = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room))
  if (floor(to) < 0) return `imports ${target}, a room that is not in the plan`
  const reach = from === 'system' ? FLOORS.length - 2 : floor(from)
  if (reach < 0) return 'is in a room that is not in the plan'
  return floor(to) > reach ? undefined : `imports ${target}: ${from} does not know ${to}`
}

function judgeInside(path: string, target: string): string | undefined {
  const place = (file: string) => SESSION_ROW.findIndex((room) => file.startsWith(room))
  const isBehind = place(path) >= 0 && place(target) > place(path)
  return isBehind ? `imports ${target}, which stands behind it in the row` : undefined
}
