import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = makeTrace({ seed: 7 })
let world: World
let file: string
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  file = join(world.home, 'checkout.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([trace], 'hex')))
})
afterEach(() => world.close())

const get = (flags: string) => world.type(`ls-auth trace get ${file} ${flags}`)

it.each([
  ['--from 1h', 'the trace has no spans between', /It runs from 20\d\d-/],
  ['--from 140ms --to 140ms', 'the trace has no spans between', /It runs from/],
  ['--from 140ms --to 100ms', 'the time range ends before it begins', /Check --from and --to/],
  ['--from now-1m --to now-2m', 'the time range ends before it begins', /Check --from and --to/],
  ['--from soon', '--from: "soon" is not a time in a trace', /120ms/],
  ['--from -5ms', '--from: "-5ms" lies before the trace', /120ms/],
  ['--scale round', '--scale: "round" is not known', /Choose one of: linear/],
  ['--skew -o json', '--skew changes a drawing, but -o json writes data', /Drop --skew/],
  ['--plain -o csv', '--plain changes a drawing', /Drop --plain/],
  ['--skew -o perfetto', '--skew changes a drawing, but -o perfetto writes data', /Drop --skew/],
  ['--details -o html', '--details changes a drawing, but -o html has no rows of text', /Drop --details/],
  ['--no-bars -o html', '--no-bars changes a drawing, but -o html has no rows of text', /Drop --no-bars/],
  ['--plain -o md', '--plain changes a drawing, but -o md is for a page', /Drop --plain/],
  ...['--plain', '--details', '--full', '--show-ids', '--scale log', '--no-bars', '--unfold'].map(
    (flag): [string, string, RegExp] => [
      `${flag} -o agent`,
      `${flag.split(' ')[0]} changes a drawing, but -o agent has only one form`,
      /Drop --[a-z-]+ or -o/,
    ],
  ),
])('%s is refused with what to do', async (flags, message, hint) => {
  const outcome = await get(flags)
  expect(outcome).toMatchObject({ exit: 2, stdout: '' })
  expect(outcome.stderr).toContain(message)
  expect(outcome.stderr).toMatch(hint)
})

describe('a service that the trace has not', () => {
  it.each(['', '-o json', '-o csv', '--plain'])(
    '%s: exit 7, with the name that is near and those that are there',
    async (flags) => {
      const { exit, stdout, stderr } = await get(`--service paymnet ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' })
      expect(stderr.replace(/\\?"/g, "'")).toMatch(/no span of service 'paymnet'/)
      expect(stderr).toMatch(/Did you mean payment\? Its services: cart, checkout, email, frontend,/)
    },
  )
})

describe('what to type next, for a person at a terminal', () => {
  it('names the span that failed and the errors alone, with the flags that matter', async () => {
    world.watched = true
    const { stdout, stderr } = await get('--min 1ms --scale fit')
    const failed = /POST card-network +payment +([0-9a-f]{16})/.exec(stdout)?.[1]
    expect(stderr).toBe(
      `one span:     ls-auth trace get ${file} --scale fit --span ${failed}\n` +
        `errors only:  ls-auth trace get ${file} --min 1ms --scale fit --error\n`,
    )
    for (const line of stderr.trim().split('\n')) {
      expect(await world.type(line.slice(line.indexOf('ls-auth')))).toMatchObject({ exit: 0 })
    }
  })

  it('a search names the first trace of its list', async () => {
    world.watched = true
    const { stderr } = await world.type(`ls-auth trace search --file ${file} --error`)
    expect(stderr).toMatch(/^open one: {2}ls-auth trace get \S+checkout\.json --trace [0-9a-f]{32}$/m)
    expect(await world.type(stderr.slice(stderr.indexOf('ls-auth')).trim())).toMatchObject({ exit: 0 })
  })
})

describe('an id as it is on the clipboard', () => {
  const { traceId } = trace
  it.each([
    `'12:01 ERROR pay trace_id=${traceId} span_id=00f067aa0ba902b7 msg=x'`,
    `tracing.example:16686/trace/${traceId}`,
    `'/${Buffer.from(`fc${traceId.slice(2)}`, 'hex')
      .toString('base64')
      .slice(1)}'`,
  ])('%s', async (typed) => {
    const wanted = typed.startsWith("'/") ? { ...trace, traceId: `fc${traceId.slice(2)}` } : trace
    const tempo = await startTempoApi({ traces: [wanted] })
    await world.writeConfig(
      `[profiles.local]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`,
    )
    const outcome = await world.type(`ls-auth trace get ${typed}`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout).toContain(`trace ${wanted.traceId} `)
    await tempo.close()
  })
})
