import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { searchFor } from '../../../src/backends/azure/azure-source.ts'
import { Failure } from '../../../src/errors.ts'
import { type AzureApi, startAzureApi } from '../../world/azure-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const WORKSPACE = '0f0e0d0c-1111-4222-8333-444455556666'
const failed = makeTrace({ seed: 7 })
const whole = makeTrace({ seed: 8, fails: false })

let azure: AzureApi
let world: World
beforeAll(async () => {
  azure = await startAzureApi({ traces: [failed, whole], token: 'a-person-of-acme', workspace: WORKSPACE })
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'a-person-of-acme'
  await world.writeConfig(
    `[profiles.work]\nbackend = "azure"\napi = "${azure.url}"\nworkspace = "${WORKSPACE}"\n`,
  )
})
afterAll(async () => {
  await Promise.all([world.close(), azure.close()])
})

const type = (line: string) => world.type(`ls-auth ${line}`)
const TIME = '--from 2026-09-01T00:00:00Z --to 2026-09-30T00:00:00Z'
const found = async (line: string) => JSON.parse((await type(`trace search ${line} ${TIME} --json`)).stdout)

describe('Azure Monitor, with the token of a person', () => {
  it('gives a trace by its id: requests and dependencies are spans, exceptions and traces their events', async () => {
    const { exit, stdout } = await type(`trace get ${failed.traceId} --json`)
    expect(exit).toBe(0)
    const trace = JSON.parse(stdout)
    expect(trace.spans).toHaveLength(failed.spans.length)
    const names = new Set(failed.spans.flatMap(({ events = [] }) => events.map(({ name }) => name)))
    for (const name of names) expect(stdout).toContain(`"${name}"`)
  })

  it('is searched by service, name, attributes, errors and durations', async () => {
    const line =
      '--service payment --error --attr error.type=timeout --attr server.address!=localhost --min 1us --max 1h'
    const { traces } = await found(line)
    expect(traces).toEqual([
      expect.objectContaining({ traceId: failed.traceId, spanCount: failed.spans.length }),
    ])
    expect((await found('--service nobody')).traces).toEqual([])
    expect((await found('--attr error.type=~time.*')).traces).toHaveLength(1)
    expect((await found('--attr error.type!~time.*')).traces).toHaveLength(0)
    expect((await found('--max 1h')).traces).toHaveLength(2)
    expect((await found('--min 1h')).traces).toHaveLength(0)
    expect(azure.requests.at(-1)?.timespan).toBe(
      '2026-09-01T00:00:00.000000000Z/2026-09-30T00:00:00.000000000Z',
    )
  })

  it('no text of a person changes what a query asks', () => {
    const skeleton = (kql: string) => kql.replace(/"(?:[^"\\]|\\.)*"/gs, '""')
    const filter = { fromMillis: 0, toMillis: 1, limit: 20, errors: false }
    const asked = (service: string, key: string, value: string) =>
      searchFor('workspace', {
        ...filter,
        service,
        name: value,
        attributes: [
          [key, value],
          [key, value, '!~'],
        ],
      })
    const plain = skeleton(asked('x', 'x', 'x'))
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(fc.constantFrom('"', '\\', "'", '|', '//', '\n', '@', 'h"', '```', ';', '.drop', ' or 1==1'))
        .map((all) => all.join('')),
    )
    let refused = 0
    fc.assert(
      fc.property(hostile, hostile, hostile, (service, key, value) => {
        try {
          expect(skeleton(asked(service, `k${key}`, value))).toBe(plain)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          refused += 1
          expect(`${service}${key}${value}`).toMatch(/\p{Cc}/u)
        }
      }),
      { numRuns: 1000 },
    )
    expect(refused).toBeGreaterThan(0)
  })

  it.each([
    ['trace get 00000000000000000000000000000001', 7, /Azure Monitor has no trace 0{31}1/],
    [`trace get ${failed.traceId} --workspace other`, 7, /knows no such workspace or app/],
    [`trace get ${failed.traceId} --app other`, 2, /needs the id of one workspace or one app/],
  ])('%s: exit %i', async (line, exit, words) => {
    const outcome = await type(line)
    expect([outcome.exit, outcome.stdout, outcome.stderr]).toEqual([exit, '', expect.stringMatching(words)])
  })

  it('a token for another audience is exit 11', async () => {
    world.variables.LS_AUTH_TOKEN = 'a-token-for-something-else'
    const { exit, stderr } = await type(`trace get ${failed.traceId}`)
    world.variables.LS_AUTH_TOKEN = 'a-person-of-acme'
    expect([exit, stderr]).toEqual([11, expect.stringContaining('InvalidAuthenticationTokenAudience')])
  })

  it('who is not signed in there is told how, with the workspace', async () => {
    const bare = await openWorld()
    const line = `--backend azure --api https://api.loganalytics.azure.com --workspace ${WORKSPACE}`
    const { exit, stderr } = await bare.type(`ls-auth services ${line}`)
    await bare.close()
    expect([exit, stderr]).toEqual([
      3,
      expect.stringMatching(
        `Sign in: ls-auth login https://api.loganalytics.azure.com --workspace ${WORKSPACE}\n`,
      ),
    ])
  })
})
