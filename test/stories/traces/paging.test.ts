import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGateway } from '../../world/gateway.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

describe('a list that goes over pages', () => {
  const names = Array.from({ length: 250 }, (_, i) => `svc-${String(i).padStart(3, '0')}`)
  const everything = () => [...new Set([...names, ...stage.trace.spans.map(({ service }) => service)])].sort()
  const statuses = () => stage.gateway.log.map(({ status }) => status)
  beforeEach(async () => {
    stage.api.services = names
    expect(await stage.world.type(stage.login())).toMatchObject({ exit: 0 })
  })

  it('the token of page 2 is refused once: renewed, asked again, nothing lost and nothing twice', async () => {
    const before = stage.provider.refreshCount()
    stage.gateway.distrusts = (n) => n === 2
    const outcome = await stage.world.type('ls-auth services')
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout.trim().split('\n')).toEqual(everything())
    expect(statuses()).toEqual([200, 401, 200, 200])
    expect(stage.provider.refreshCount()).toBe(before + 1)
  })

  it('the token runs out between two pages: the next one goes out with a new token', async () => {
    const before = stage.provider.refreshCount()
    stage.api.mode = (n) => {
      if (n === 1) stage.world.clockOffset += 2 * 3600_000
      return 'normal'
    }
    const outcome = await stage.world.type('ls-auth services')
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stdout.trim().split('\n')).toEqual(everything())
    expect(statuses()).toEqual([200, 200, 200])
    expect(stage.provider.refreshCount()).toBeGreaterThan(before)
  })

  it('refused again with the new token: exit 11, no half a list', async () => {
    stage.gateway.distrusts = (n) => n >= 2
    expect(await stage.world.type('ls-auth services')).toMatchObject({ exit: 11, stdout: '' })
  })
})

it('a search is written while its pages come, over a token that is refused on the second page', async () => {
  const key = 'ls-key-that-stays-at-the-gateway'
  const traces = Array.from({ length: 230 }, (_, i) => makeTrace({ seed: i + 1 }))
  const tempo = await startTempoApi({ traces, apiKey: key })
  const gateway = await startGateway({
    issuer: stage.provider.issuer,
    audience: 'api://traces',
    scope: 'traces:read',
    upstream: tempo.url,
    apiKey: key,
  })
  // The second asks for the version of Tempo.
  gateway.distrusts = (n) => n === 3
  const { world } = stage
  expect(await world.type(stage.login(`--profile t --backend tempo --api ${gateway.url}`))).toMatchObject({
    exit: 0,
  })
  const search = 'trace search --profile t --from 2026-09-20 --to 2026-09-23'
  const outcome = await world.type(`ls-auth ${search} --limit 1000 -o ndjson`)
  expect(outcome).toMatchObject({ exit: 0, stderr: '' })
  const ids = outcome.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).traceId)
  expect(ids).toHaveLength(230)
  expect(new Set(ids)).toEqual(new Set(traces.map(({ traceId }) => traceId)))
  expect(gateway.log.map(({ status }) => status)).toEqual([200, 200, 401, 200, 200, 200])

  world.watched = true
  const list = await world.type(`ls-auth ${search} --limit 1000`)
  expect(list.stderr).toMatch(/^200 traces …\n230 traces …\nopen one: +ls-auth trace get \S+.*\n$/)
  world.watched = false

  const first = await world.type(`ls-auth ${search} --limit 150 --json`)
  const page = JSON.parse(first.stdout)
  expect(page).toMatchObject({ truncated: true })
  const rest = /^ {2}(ls-auth .*)$/m.exec(first.stderr)?.[1] as string
  expect(rest).toContain(`--to ${page.traces.at(-1).startTime.slice(0, 23)}Z`)
  const others = JSON.parse((await world.type(rest.replace('--limit 150', '--limit 1000'))).stdout)
  expect(others.truncated).toBe(false)
  const both = [...page.traces, ...others.traces].map(({ traceId }) => traceId)
  expect(new Set(both).size).toBe(230)
  await Promise.all([tempo.close(), gateway.close()])
})
