import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/ports/ports.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { failedCharge } from '../../world/trace/failed-charge.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { movedTo } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/**
 * What commands print, kept in test/golden/screens: screens at three widths, and the JSON of each. `-u` rewrites them. Other screens
 * of single traces, lists and charts are in test/process/screens, those of the identity commands as well.
 */

const NOW = Date.parse('2026-09-22T18:00:00Z')
const WIDTHS = [60, 80, 120]
const FROZEN: Clock = { now: () => NOW, sleep: async () => {} }
const orders = plantedTraces(60, (NOW - 600_000) * 1000)
/** The last one has failed calls, and answers all the same. */
const [usual, bad, retried] = [orders[1], orders[3], orders[8]].map((one, i) => ({
  traceId: `${i + 1}`.repeat(32),
  spans: (one?.spans ?? []).map((span) => ({
    ...span,
    error: span.error && (i < 2 || span.parentId !== undefined),
  })),
}))

const options = { visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 80 }
let provider: Provider
let tempo: TempoApi
let world: World
beforeAll(async () => {
  provider = await startProvider()
  const counted = orders.map((one, i) => movedTo(NOW - 540_000 + i * 8000, one))
  tempo = await startTempoApi({ traces: counted, filters: true })
  world = await openWorld(options)
  const save = (name: string, document: object) => writeFile(join(world.home, name), JSON.stringify(document))
  await save('orders.json', toOtlpDocument(orders, 'hex'))
  await save('charge.json', failedCharge())
  for (const [name, trace] of Object.entries({ usual, bad, retried }))
    if (trace) await save(`${name}.json`, toOtlpDocument([trace], 'hex'))
  await world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --profile work --backend tempo --api ${tempo.url}`,
  )
  await world.type(`ls-auth profile add open --backend tempo --api ${tempo.url} --authorization none`)
  await world.type('ls-auth profile use work')
})
afterAll(() => Promise.all([provider.close(), tempo.close(), world.close()]))

/** Standard output, then standard error and the exit status. */
async function screen(line: string, columns: number): Promise<string> {
  options.columns = columns
  const { exit, stdout, stderr } = await world.type(`ls-auth ${placed(line)}`)
  return normal(`${stdout}--- stderr, exit ${exit}\n${stderr}`)
}

const placed = (line: string): string => line.replace(/\w+\.json/g, (name) => join(world.home, name))

/** What is as long in place of what differs from run to run. */
const normal = (text: string): string =>
  text
    .replaceAll(world.home, '/tmp/ls-auth-world-aaaaaa')
    .replaceAll(new URL(provider.issuer).host, '127.0.0.1:40001')
    .replaceAll(new URL(tempo.url).host, '127.0.0.1:40002')

/** A line for each member, and for each item of a list. */
function compact(value: unknown): string {
  const each = (list: readonly unknown[]) =>
    `[\n${list.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
  if (Array.isArray(value)) return each(value)
  const members = Object.entries(value as object).map(([key, its]) => {
    const many = Array.isArray(its) && its.length > 0
    return `  ${JSON.stringify(key)}: ${many ? each(its) : JSON.stringify(its)}`
  })
  return `{\n${members.join(',\n')}\n}\n`
}

const MANY = '--file orders.json --service checkout'
const HOUR = '--from 2026-09-22T17:45:00Z --to 2026-09-22T18:00:00Z --step 5m'

describe('of traces, at a fixed time', () => {
  beforeAll(() => {
    world.override = { clock: FROZEN }
  })
  afterAll(() => {
    world.override = {}
  })

  it.each([
    ['trace-get-handled', 'trace get retried.json'],
    ['trace-diff', 'trace diff usual.json bad.json'],
    ['trace-why', `trace why ${MANY} --error`],
    ['trace-why-slow', `trace why ${MANY} --slower-than p80`],
    ['trace-breakdown', 'trace breakdown --file orders.json'],
    ['trace-breakdown-graph', 'trace breakdown --file orders.json --graph'],
  ])('%s', async (name, line) => {
    for (const columns of WIDTHS)
      await expect(await screen(line, columns)).toMatchFileSnapshot(
        `../../golden/screens/${name}-${columns}.txt`,
      )
  })

  it.each([
    ['trace-get', 'trace get charge.json'],
    ['trace-search', 'trace search --file orders.json --error --limit 3'],
    ['trace-diff', 'trace diff usual.json bad.json'],
    ['trace-why', `trace why ${MANY} --error`],
    ['trace-breakdown', 'trace breakdown --file orders.json'],
    ['trace-breakdown-graph', 'trace breakdown --file orders.json --graph'],
    ['services', 'services --file orders.json'],
    ['attributes', 'attributes --file orders.json'],
    ['attributes-values', 'attributes http.route --file orders.json'],
    ['query', `query "{ } | rate() by (resource.service.name)" --profile open ${HOUR}`],
  ])('the JSON of %s', async (name, line) => {
    const { stdout, stderr } = await world.type(`ls-auth ${placed(line)} --json`)
    expect(stderr).not.toContain('error:')
    await expect(normal(compact(JSON.parse(stdout)))).toMatchFileSnapshot(
      `../../golden/screens/${name}-json.txt`,
    )
  })
})

describe('of who is signed in', () => {
  it.each([
    ['whoami', 'whoami'],
    ['check', 'check --offline --group traces'],
    ['status', 'status'],
    ['profile-list', 'profile list'],
    ['profile-show', 'profile show'],
    ['doctor', 'doctor'],
    ['audit', 'audit list'],
  ])('the JSON of %s', async (name, line) => {
    const { stdout } = await world.type(`ls-auth ${placed(line)} --json`)
    await expect(sameEveryDay(normal(compact(JSON.parse(stdout))))).toMatchFileSnapshot(
      `../../golden/screens/${name}-json.txt`,
    )
  })

  it('audit', async () => {
    for (const columns of WIDTHS)
      await expect(sameEveryDay(await screen('audit list', columns))).toMatchFileSnapshot(
        `../../golden/screens/audit-${columns}.txt`,
      )
  })
})

/** Times, ids and measured durations, replaced by what is as long. */
const sameEveryDay = (text: string): string =>
  text
    .replace(
      /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?/g,
      (_, _time, part) => `2030-01-02T03:04:05${part ? '.678' : ''}`,
    )
    .replace(/\b1\d{9}\b/g, '1900000000')
    .replace(/00-[0-9a-f]{32}-[0-9a-f]{16}/g, `00-${'a'.repeat(32)}-${'b'.repeat(16)}`)
    .replace(/(?<=")[\w-]{43}(?=")/g, 'x'.repeat(43))
    .replace(/\b(1h|5\dm)(?= left)/g, '59m')
    .replace(/127\.0\.0\.1:\d+(?=\/callback)/g, '127.0.0.1:40003')
    .replace(/(?<="ms":|\()\d+(?=,|ms\))/g, '5')
    .replace(/(?<=_in":)\d+/g, '3599')
