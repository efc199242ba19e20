import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dash0Api, startDash0Api } from '../../world/dash0-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces = [makeTrace({ seed: 7 }), ...[8, 9, 10].map((seed) => makeTrace({ seed, fails: false }))]
const [failed] = traces as [(typeof traces)[0]]
const spanId = failed.spans.find(({ error }) => error)?.spanId as string

let dash0: Dash0Api
let world: World
beforeAll(async () => {
  const logs = [
    { spanId, text: 'card network timed out', severity: 'ERROR' },
    { spanId, text: 'a wistful heron', severity: 'INFO', eventName: 'gen_ai.user.message' },
  ]
  dash0 = await startDash0Api({ traces, token: 'a-person-of-acme', logs, page: 40 })
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T07:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'a-person-of-acme'
  await world.writeConfig(
    `default_profile = "work"\n[profiles.work]\nbackend = "dash0"\napi = "${dash0.url}"\ndataset = "prod"\n[profiles.bare]\nissuer = "https://login.example"\nclient_id = "x"\n`,
  )
})
afterAll(async () => {
  await Promise.all([world.close(), dash0.close()])
})

const type = (line: string) => world.type(`ls-auth ${line}`)
const TIME = '--from 2026-09-01T00:00:00Z --to 2026-09-30T00:00:00Z'
const found = async (line: string) => JSON.parse((await type(`trace search ${line} ${TIME} --json`)).stdout)

describe('Dash0, with the token of a person', () => {
  it('gives a trace by its id, ids in base64 or not, with the lines of its logs', async () => {
    const { exit, stdout } = await type(`trace get ${failed.traceId} --json`)
    expect(exit).toBe(0)
    expect(stdout).toContain(spanId)
    expect(stdout).toContain('card network timed out')
    expect(stdout).toContain('gen_ai.user.message')
    expect(stdout).not.toContain('heron')
    const { spans } = JSON.parse(stdout) as { spans: { spanId: string; events: object[]; logs?: object[] }[] }
    expect(spans.find((span) => span.spanId === spanId)?.logs).toEqual([
      expect.objectContaining({
        name: 'card network timed out',
        attributes: expect.objectContaining({ 'log.severity': 'ERROR' }),
      }),
    ])
    expect(spans.filter(({ logs }) => logs)).toHaveLength(1)
    expect(dash0.requests.at(-1)).toEqual({
      path: '/api/trace/details',
      authorization: 'Bearer a-person-of-acme',
      body: { traceId: failed.traceId, dataset: 'prod' },
    })
  })

  it('says in the row how many logs a span has, and lists them in its details', async () => {
    const drawn = await type(`trace get ${failed.traceId}`)
    expect(drawn.stdout).toMatch(/ 1 log /)
    const { stdout } = await type(`trace get ${failed.traceId} --span ${spanId}`)
    expect(stdout).toMatch(/^logs \(1\)\n.*card network timed out\n +log.severity +ERROR$/m)
    // What -o json wrote says the same.
    const file = `${world.home}/dash0.json`
    await writeFile(file, (await type(`trace get ${failed.traceId} --json`)).stdout)
    expect((await type(`trace get ${file} --span ${spanId}`)).stdout).toMatch(/^logs \(1\)$/m)
  })

  it('is searched by service, name, attributes and errors, in its own words', async () => {
    const before = dash0.requests.length
    const { traces } = await found(
      '--service payment --error --attr error.type=timeout --attr server.address!=localhost',
    )
    expect(traces).toEqual([
      expect.objectContaining({ traceId: failed.traceId, spanCount: failed.spans.length }),
    ])
    expect(dash0.requests[before]?.body).toEqual({
      dataset: 'prod',
      timeRange: { from: '2026-09-01T00:00:00.000000000Z', to: '2026-09-30T00:00:00.000000000Z' },
      filter: [
        { key: 'service.name', operator: 'is', value: 'payment' },
        { key: 'otel.span.status.code', operator: 'is', value: 'ERROR' },
        { key: 'error.type', operator: 'is', value: 'timeout' },
        { key: 'server.address', operator: 'is_not', value: 'localhost' },
      ],
      ordering: [{ key: 'otel.span.start_time', direction: 'descending' }],
      sampling: { mode: 'disabled' },
      pagination: { limit: 200 },
    })
  })

  it('reads whole traces, page by page, and counts all of their spans', async () => {
    const { traces: rows, truncated } = await found('--service frontend')
    const counted = (list: readonly { spanCount: number }[]) => list.map(({ spanCount }) => spanCount).sort()
    expect([rows.length, truncated]).toEqual([4, false])
    expect(counted(rows)).toEqual(traces.map(({ spans }) => spans.length).sort())
  })

  it.each([
    [
      'trace get 00000000000000000000000000000001',
      7,
      /Dash0 has no trace 0{31}1\nhint: Check the id and the dataset/,
    ],
    [`trace get ${failed.traceId} --dataset other`, 11, /denied you access/],
    ['doctor --gateway', 2, /Dash0 checks tokens itself/],
  ])('%s: exit %i', async (line, exit, words) => {
    const outcome = await type(line)
    expect([outcome.exit, outcome.stdout, outcome.stderr]).toEqual([exit, '', expect.stringMatching(words)])
  })

  it('who is not signed in there is told how, by its address alone', async () => {
    const other = await openWorld()
    const { exit, stderr } = await other.type('ls-auth services --api https://api.eu-west-1.aws.dash0.com')
    await other.close()
    expect([exit, stderr]).toEqual([
      3,
      'error: you are not signed in: there is no profile yet\nhint: Sign in: ls-auth login https://api.eu-west-1.aws.dash0.com\n',
    ])
  })
})
