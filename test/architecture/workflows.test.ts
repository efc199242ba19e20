import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = `${ROOT}.github/workflows/`
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<string, string>
}

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
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
  expect(JSON.stringify(publish?.steps)).not.toMatch(/npm (ci|install|run)|actions\/checkout/)
})
