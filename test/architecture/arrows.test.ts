import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXTERNAL } from '../../build/program.mjs'
import { circle, DOORS, mutualFolders, packageOf, unusedExports, violations } from './rules.ts'
import { parse, readProgram, readUsers } from './source.ts'

const program = readProgram()

describe('the plan of the house', () => {
  it('every import follows the arrows and goes through the doors', () => {
    expect(program.length).toBeGreaterThan(80)
    expect(program.flatMap(violations)).toEqual([])
  })

  it('no file leads back to itself, not even by its types', () => {
    expect(circle(program)).toEqual([])
    const leadsBack = [
      parse('src/a.ts', "import './b.ts'"),
      parse('src/b.ts', "import type { A } from './a.ts'"),
    ]
    expect(circle(leadsBack)).toEqual(['src/a.ts', 'src/b.ts', 'src/a.ts'])
  })

  it('no two folders side by side know each other', () => {
    expect(mutualFolders(program)).toEqual([])
    const mutual = [
      parse('src/a/one.ts', "import { b } from '../b/two.ts'"),
      parse('src/b/three.ts', "import type { A } from '../a/four.ts'"),
      parse('src/a/inner/five.ts', "import { a } from '../six.ts'"),
      parse('src/a/six.ts', "import { five } from './inner/five.ts'"),
    ]
    expect(mutualFolders(mutual)).toEqual(['src/a src/b'])
  })

  it('what a file alone uses it does not export', () => {
    expect(unusedExports(program, readUsers())).toEqual([])
    const [own, other] = [
      'export const { a, b: [c] } = x; export function d() {}; export { e, type F }; export type G = a',
      "const { a } = await import('./own.ts')",
    ]
    const files = [parse('src/own.ts', own), parse('src/other.ts', other), parse('src/c.ts', 'c(d, e)')]
    expect(unusedExports(files, [])).toEqual(['src/own.ts c', 'src/own.ts d', 'src/own.ts e'])
  })

  it('no port is spread: it would lose the methods that it inherits', () => {
    expect(program.flatMap(({ path, spreadPorts }) => spreadPorts.map((one) => `${path} ${one}`))).toEqual([])
    const spread = parse(
      'src/a.ts',
      'const f = (one: Http, { terminal }) => ({ ...one, ...terminal, ...terminal.streams(), ...(await p.http(s)), ...p.env, ...e.env.x })',
    )
    expect(spread.spreadPorts).toEqual(['...one', '...terminal', '...(await p.http(s))', '...p.env'])
  })

  it('ports holds types only', () => {
    const ports = program.filter(({ path }) => path.startsWith('src/ports/'))
    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter(({ statements }) => statements > 0)).toEqual([])
  })

  it('every package has its door, and every door is used', () => {
    const { dependencies, devDependencies } = packageFile()
    const known = { ...dependencies, ...devDependencies }
    expect(Object.keys(DOORS).filter((name) => !(name in known))).toEqual([])
    expect(Object.keys(dependencies).filter((name) => !(name in DOORS))).toEqual([])
    for (const [name, door] of Object.entries(DOORS)) {
      const doors = program.filter(({ path }) => (typeof door === 'string' ? path === door : door.test(path)))
      const imports = doors.flatMap((one) => one.imports.map(({ specifier }) => packageOf(specifier)))
      expect([name, imports]).toEqual([name, expect.arrayContaining([name])])
    }
  })

  it('what a user’s npm installs is what the built program leaves outside, and nothing else', () => {
    expect(Object.keys(packageFile().dependencies).sort()).toEqual([...EXTERNAL].sort())
  })

  it('few packages beside Node make the program', () => {
    // The twelfth signs requests to AWS, and is loaded for a workload there alone; the thirteenth is of one command, the fourteenth of
    // one flag: it is the other half of the kit that `ls-auth mcp` is made of. The fifteenth is jq, for `--jq` alone.
    expect(Object.keys(DOORS).length).toBeLessThanOrEqual(15)
  })
})

function packageFile(): Record<'dependencies' | 'devDependencies', Record<string, string>> {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
}

describe('what is no part of the plan is found', () => {
  it.each([
    [
      'src/session/store/session-store.ts',
      "import { buildTree } from '../../trace/tree.ts'",
      'and backends may import trace',
    ],
    [
      'src/trace/tree/trace-tree.ts',
      "import { signIn } from '../../session/sign-in.ts'",
      'trace does not know session',
    ],
    ['src/claims/kind.ts', "import { x } from '../providers/preset.ts'", 'claims does not know providers'],
    ['src/providers/presets.ts', "import { x } from '../claims/kind.ts'", 'providers does not know claims'],
    [
      'src/backends/tempo/tempo-source.ts',
      "import type { Send } from '../../api/request.ts'",
      'backends does not know api',
    ],
    ['src/api/request.ts', "import { x } from '../session/access.ts'", 'api does not know session'],
    ['src/settings/setting-table.ts', "import { run } from '../cli.ts'", 'only main may import cli'],
    ['src/errors.ts', "import { x } from './claims/kind.ts'", 'errors does not know claims'],
    [
      'src/session/store/session-store.ts',
      "await import('../../commands/login.ts')",
      'only cli and mcp and verbs and frame may import commands',
    ],
    [
      'src/main.ts',
      "import { login } from './commands/login.ts'",
      'only cli and mcp and verbs and frame may import commands',
    ],
    [
      'src/commands/sign-in/keep-sign-in.ts',
      "import { realFiles } from '../../system/files/files.ts'",
      'only main and start may import system',
    ],
    [
      'src/commands/sign-in/keep-sign-in.ts',
      "export * from '../../system/files/files.ts'",
      'only main and start may import system',
    ],
    ['src/start.ts', "import { run } from './cli.ts'", 'only main may import cli'],
    ['bin/ls-auth.js', "const { main } = require('../dist/main.cjs')", 'only start may import main'],
    [
      'src/system/files/files.ts',
      "import { x } from '../../settings/places.ts'",
      'system does not know settings',
    ],
    [
      'src/commands/sign-in/keep-sign-in.ts',
      "import { x } from '../../utils/x.ts'",
      'a room that is not in the plan',
    ],
    ['src/utils/x.ts', "import { Failure } from '../errors.ts'", 'a room that is not in the plan'],
    ['src/api/request.ts', "import { Ports } from '../ports/ports.ts'", 'more than types from ports'],
    ['src/ports/ports.ts', "import type { Failure } from '../errors.ts'", 'ports knows nobody'],
    ['bin/ls-auth.js', "import { run } from '../dist/cli.js'", 'only main may import cli'],
    ['bin/ls-auth.js', "const { run } = require('../dist/cli.cjs')", 'only main may import cli'],
    [
      'src/commands/identity/whoami.ts',
      "import chalk from 'chalk'",
      'whose door is src/system/terminal/terminal.ts',
    ],
    [
      'src/session/documents/signing-keys.ts',
      "type K = typeof import('jose/jwks')",
      'whose door is /^src\\/(claims\\/jwt\\/verify',
    ],
    ['src/api/request.ts', "await import('got')", 'which has no door'],
    ['src/api/request.ts', 'await import(name)', 'cannot be read'],
    ['src/commands/sign-in/keep-sign-in.ts', "import { readFile } from 'node:fs/promises'", 'past the ports'],
    ['src/session/flow/device.ts', "import { createServer } from 'node:http'", 'past the ports'],
    ['src/trace/formats/otlp.ts', "import { readFile } from 'node:fs/promises'", 'but is pure'],
    ['src/session/renewal/state-machine.ts', 'const now = Date.now()', 'uses Date.now, but is pure'],
    ['src/claims/policy.ts', 'const now = new Date()', 'uses new Date(), but is pure'],
    ['src/trace/tree/trace-tree.ts', 'const id = Math.random()', 'uses Math.random, but is pure'],
    ['src/trace/render/bar.ts', 'const width = process.stdout.columns', 'uses process, but is pure'],
    ['src/trace/tree/trace-tree.ts', '{ const process = 1 }; process.exit()', 'uses process, but is pure'],
    ['src/providers/presets.ts', 'setTimeout(() => {}, 1)', 'uses setTimeout, but is pure'],
    ['src/session/flow/device.ts', "if (issuer.includes('.okta.com')) {}", 'names a provider'],
    ['src/claims/kind.ts', 'const isEntraToken = true', 'names a provider'],
    ['src/settings/urls.ts', 'const text = `see Keycloak`', 'names a provider'],
    ['src/session/flow/device.ts', "if (host === 'LOGIN.MICROSOFTONLINE.COM') {}", 'names a provider'],
    ['src/session/flow/device.ts', "if (host.endsWith('amazonaws.com')) {}", 'names a provider'],
    ['src/session/flow/device.ts', "if (iss === 'accounts.google.com') {}", 'names a provider'],
    ['src/session/flow/device.ts', "if (iss.includes('sts.windows.net')) {}", 'names a provider'],
    ['src/session/flow/device.ts', 'if (/AADSTS53003/.test(text)) {}', 'names a provider'],
    ['src/session/flow/device.ts', 'const awsRegion = 1', 'names a provider'],
    ['src/session/flow/device.ts', "const host = 'ok' + 'ta' + '.com'", 'names a provider'],
    ['src/session/flow/device.ts', 'if (client.preset.id === wanted) {}', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'switch (preset.id) {}', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'if (preset.id.startsWith(x)) {}', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'const way = WAYS[preset.id]', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'if (known.has(preset.id)) {}', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'if (preset.name === x) {}', 'asks which provider it is'],
    ['src/session/flow/device.ts', 'const { id } = client.preset', 'asks which provider it is'],
    ['src/commands/doctor/check-backend.ts', "if (profile.backend === 'tempo') {}", 'names a back end'],
    ['src/api/refusal/denial.ts', "if (host.endsWith('.lightstep.com')) {}", 'names a back end'],
    ['src/errors.ts', "const hint = 'ls-auth also reads Jaeger.'", 'names a back end'],
    [
      'src/commands/sign-in/keep-sign-in.ts',
      'try { decodeURIComponent(text) } catch { throw x }',
      'drops a value',
    ],
    ['src/trace/search.ts', 'const first = found.at(0)!', 'asserts more than an index'],
    ['src/trace/search.ts', 'const tempoLimit = 1', 'names a back end'],
    [
      'src/commands/trace/query.ts',
      "import type { X } from '../../backends/jaeger/x.ts'",
      'names a back end',
    ],
    ['src/settings/profile.ts', "const api = 'https://' + 'graf' + 'ana.example'", 'names a back end'],
    ['src/session/documents/metadata.ts', "import { x } from '../answers/id-token.ts'", 'stands behind it'],
    ['src/session/answers/id-token.ts', "import type { X } from '../protocol/tokens.ts'", 'stands behind it'],
    ['src/session/answers/id-token.ts', 'const now = Date.now()', 'uses Date.now, but is pure'],
    [
      'src/session/answers/id-token.ts',
      "import { discover } from '../documents/metadata.ts'",
      'imports src/session/documents/metadata.ts, which is not pure',
    ],
    ['src/backends/tempo.ts', "import { x } from '../claims/kind.ts'", 'backends does not know claims'],
    ['src/session/index.ts', "import { x } from '../trace/model.ts'", 'and backends may import trace'],
    ['src/trace/index.ts', "import { x } from '../session/access.ts'", 'trace does not know session'],
    ['src/trace/search.ts', "import { x } from '../backends/table.ts'", 'trace does not know backends'],
    ['src/backends/table.ts', 'const now = Date.now()', 'uses Date.now, but is pure'],
  ])('%s: %s', (path, text, problem) => {
    expect(violations(parse(path, text))).toEqual([expect.stringContaining(problem)])
  })

  it.each([
    ['src/session/store/session-store.ts', "import { readJwt } from '../../claims/jwt.ts'"],
    ['src/session/protocol/tokens.ts', "import { x } from '../answers/id-token.ts'"],
    ['src/session/answers/id-token.ts', "import type { Metadata } from '../documents/metadata.ts'"],
    ['src/commands/sign-in/keep-sign-in.ts', "import type { Ports } from '../../ports/ports.ts'"],
    ['src/commands/sign-in/keep-sign-in.ts', "import { type Ports, type Http } from '../../ports/ports.ts'"],
    ['src/session/renewal/state-machine.ts', "import { createHash } from 'node:crypto'"],
    [
      'src/claims/policy.ts',
      'const then = new Date(now); const past = span.process; type P = NodeJS.Process',
    ],
    ['src/trace/formats/jaeger-json.ts', 'for (const [id, process] of all) show(process.tags)'],
    ['src/trace/tree/attach.ts', 'sizes[parent]! += sizes[node]!'],
    ['src/trace/formats/otlp.ts', 'const read = (process: Tags) => process.name'],
    ['src/trace/formats/sniff.ts', "import { gunzipSync } from 'node:zlib'"],
    ['src/backends/tempo.ts', "export const tempo = { id: 'tempo' }"],
    ['src/backends/table.ts', "await import('./jaeger/jaeger-source.ts')"],
    ['src/session/store/state-files.ts', 'const temporary = contemporary // Tempo'],
    ['src/session/flow/device.ts', '// Okta says slow_down here, Entra does not.'],
    ['src/providers/presets.ts', "export const host = '.okta.com'"],
    ['src/providers/hints.ts', 'if (preset.id === x) {}'],
    ['src/session/flow/device.ts', 'const hint = hintFor(preset.id, e); const row = { provider: preset.id }'],
    [
      'src/system/http/http.ts',
      "import { Failure } from '../errors.ts'; const { default: undici } = await import('undici')",
    ],
    ['bin/ls-auth.js', "const { start } = require('../dist/start.cjs')"],
  ])('and what is allowed is not: %s: %s', (path, text) => {
    expect(violations(parse(path, text))).toEqual([])
  })
})
