// @ts-check
// `npm run release:check` does all of a release on this machine but the upload. docs/install.md lists what it cannot do.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { changelogDisagrees, publishedManifest, repository } from './published.mjs'

/** The commit of the last version, for the upgrade. */
const LAST = 'c7709d2'

const scratch = mkdtempSync(join(tmpdir(), 'ls-auth-release-'))
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
let [passed, failed] = [0, 0]
const started = Date.now()
// What is packed names a repository: without one, an example of it.
if (repository() === undefined) process.env.GITHUB_REPOSITORY = 'acme/ls-auth'
const packages = `ls-auth-${version}.tgz`

/** @param {string} name @param {() => string | undefined | void | Promise<string | undefined | void>} run */
async function step(name, run) {
  const began = Date.now()
  /** @type {unknown} */
  let reason
  try {
    reason = await run()
  } catch (error) {
    reason = error instanceof Error ? error.message : error
  }
  const seconds = Math.round((Date.now() - began) / 1000)
  if (reason === undefined) passed += 1
  else failed += 1
  process.stdout.write(`${reason === undefined ? 'ok  ' : 'FAIL'}  ${name} (${seconds}s)\n`)
  if (reason !== undefined) process.stdout.write(`${reason}\n`)
}

/** Runs a command; its output is the reason when it fails. @param {string[]} command @param {NodeJS.ProcessEnv} [env] */
function run([file = '', ...args], env = {}, cwd = '.') {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 600_000,
  })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${status}\n${(stdout + stderr).slice(-6000)}`)
  return stdout
}

/** The PATH with this Node first, as its npm package brings it. @param {number} major */
function withNode(major) {
  const name = `node-${process.platform}-${process.arch}`
  const prefix = join(scratch, `node${major}`)
  run([
    'npm',
    'install',
    '--silent',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--prefix',
    prefix,
    `${name}@${major}`,
  ])
  return { PATH: `${join(prefix, 'node_modules', name, 'bin')}${delimiter}${process.env.PATH}` }
}

/** Tests that fail where they would skip. @param {string[]} files @param {NodeJS.ProcessEnv} env */
function test(files, env) {
  const said = run(['npx', 'vitest', 'run', ...files], env)
  if (/\d+ skipped/.test(said)) throw new Error(`not all of ${files} ran:\n${said.slice(-3000)}`)
}

/** The npm package in an empty folder. @param {NodeJS.ProcessEnv} env */
function installedAlone(env) {
  const folder = mkdtempSync(join(scratch, 'empty-'))
  const options = ['--silent', '--no-audit', '--no-fund', '--prefix', folder]
  run(['npm', 'install', ...options, resolve('packages', packages)], env)
  test(['test/process/packed.test.ts'], {
    ...env,
    LS_AUTH_BIN: join(folder, 'node_modules/ls-auth/bin/ls-auth.js'),
  })
}

/** The npm package of the last version, built from its commit. */
function lastVersion() {
  const folder = mkdtempSync(join(scratch, 'last-'))
  execFileSync('sh', ['-c', `git archive ${LAST} | tar -x -C ${folder}`])
  run(['npm', 'ci', '--silent', '--ignore-scripts', '--no-audit', '--no-fund'], {}, folder)
  run(['npm', 'pack', '--silent'], {}, folder)
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
}

/** @type {NodeJS.ProcessEnv} */
let node24 = {}
const all = { LS_AUTH_PACKAGES: 'packages', LS_AUTH_TEST_ALL: '1' }

await step('version and changelog agree', changelogDisagrees)
await step('author, bugs, homepage, repository', async () => {
  const { author, bugs, homepage, repository } = await publishedManifest()
  if (!author || !bugs || !homepage || !repository) return 'package.json lacks one of them'
})
await step('npm ci warns of nothing', () => {
  const folder = mkdtempSync(join(scratch, 'ci-'))
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(name, join(folder, name))
  const { status, stderr } = spawnSync('npm', ['ci'], { cwd: folder, encoding: 'utf8' })
  // Of the settings of npm on this machine it may.
  const warnings = stderr.split('\n').filter((line) => /^npm warn(?! Unknown .* config)/i.test(line))
  if (status !== 0 || warnings.length > 0) return stderr
})
await step('Node 24', () => {
  node24 = withNode(24)
})
await step('packages, twice the same bytes', () => {
  run(['npm', 'run', '-s', 'package'], node24)
  const first = readFileSync('packages/SHA256SUMS', 'utf8')
  run(['npm', 'run', '-s', 'package'], node24)
  if (readFileSync('packages/SHA256SUMS', 'utf8') !== first) return 'the second build differs'
})
await step('size, links, notices, SBOM', () => test(['test/architecture/shipped.test.ts'], all))
await step('installed into an empty folder, Node 20', () => installedAlone(withNode(20)))
await step('installed into an empty folder, Node 24', () => installedAlone(node24))
await step('installed for all, over 0.1 with sign-ins in a keychain and a file; removed', () =>
  test(['test/packages/upgrade.test.ts'], { ...all, LS_AUTH_BEFORE: lastVersion() }),
)
await step('Debian package, executable, tarballs and checksums, in an empty Debian', () =>
  test(['test/packages/packages.test.ts', 'test/packages/node-options.test.ts'], all),
)
await step('Homebrew formula, Scoop manifest, entry of the MCP registry', () => {
  run(['node', 'build/package/channels.mjs', 'packages'])
  test(['test/packages/channels.test.ts'], {})
})
await step('workflows; signature, dry: attest packages/* (SHA256SUMS too), npm publish --provenance', () =>
  test(['test/architecture/workflows.test.ts'], { LS_AUTH_PACKAGES: 'packages' }),
)
await step('web pages of the documents, their links', () => {
  run(['npm', 'run', '-s', 'site'])
  test(['test/packages/site.test.ts', 'test/packages/homepage.test.ts'], {})
})
await step('npm takes it: publish, dry', () => {
  run(['npm', 'publish', '--dry-run', '--access', 'public', `./packages/${packages}`])
})

rmSync(scratch, { recursive: true, force: true })
const minutes = ((Date.now() - started) / 60_000).toFixed(1)
process.stdout.write(`${passed} passed, ${failed} failed, ${minutes} minutes\n`)
process.exitCode = failed === 0 ? 0 : 1
