import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BACKENDS } from '../../../src/backends/table.ts'
import { typedFlag } from '../../../src/settings/setting-key.ts'
import { traceSearch } from '../../../src/verbs/trace-search.ts'
import { startAzureApi } from '../../world/azure-api.ts'
import { startDash0Api } from '../../world/dash0-api.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace, type SpanData, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { startZipkinApi } from '../../world/zipkin-api.ts'

/**
 * The table of docs/back-ends.md says what each flag of a search does on each back end. It is made here, from what the commands send
 * and print: `npx vitest run test/stories/traces/search-flags.test.ts -u` writes it anew.
 */

const [first, ...others] = [7, 8, 9, 10, 11].map((seed) => makeTrace({ seed, fails: seed % 2 === 1 }))
/** Of the first trace alone: a service and the name of a span. */
const ofOne = (span: SpanData): SpanData => ({
  ...span,
  ...(span.service === 'recommendation' && { service: 'hints' }),
  ...(span.name === 'render confirmation' && { name: 'render thanks' }),
})
const traces = [{ ...first, spans: first?.spans.map(ofOne) } as TraceData, ...others]
const COLUMNS = [...BACKENDS.map(({ id, name }) => [id, name] as const), ['file', 'a file'] as const]
const PAGE = new URL('../../../docs/back-ends.md', import.meta.url)

const DAYS = '--from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'
const BASE = `--service frontend ${DAYS}`
/** Two searches of which the second has the flag, or another value of it. Per flag of the code, or several in one row. */
const ROWS: readonly (readonly [shown: string, flags: readonly string[], without: string, with_: string])[] =
  [
    ['`--service`', ['service'], BASE, `--service hints ${DAYS}`],
    ['`--name`', ['name'], BASE, `${BASE} --name 'render thanks'`],
    ['`--attr KEY=VALUE`', ['attr'], BASE, `${BASE} --attr http.route=/cart`],
    [
      '`--attr` with `!=`, `>=`, `=~` and so on',
      ['attr'],
      BASE,
      `${BASE} --attr 'http.response.status_code>=500'`,
    ],
    ['`--attr` of a field, such as `event:name`', ['attr'], BASE, `${BASE} --attr event:name=exception`],
    ['`--error`', ['error'], BASE, `${BASE} --error`],
    ['`--min`, `--max`', ['min', 'max'], BASE, `${BASE} --min 450ms --max 1h`],
    [
      '`--query`',
      ['query'],
      `--query 'service IN ("frontend")' ${DAYS}`,
      `--query 'service IN ("checkout")' ${DAYS}`,
    ],
    ['`--limit`', ['limit'], BASE, `${BASE} --limit 1`],
    [
      '`--since`, `--from`, `--to`',
      ['since', 'from', 'to'],
      BASE,
      '--service frontend --from 2026-09-22T00:00:00Z --to 2026-09-22T06:32:45Z',
    ],
    ['`--sort`', ['sort'], BASE, `${BASE} --sort duration`],
  ]
/** Flags that are not about which traces the back end finds. */
const OTHERS = ['snapshot', 'file', 'showSensitive', 'output', 'follow', 'interval']

let world: World
let seen: Readonly<Record<string, readonly unknown[]>>
let close: (() => Promise<unknown>)[]
beforeAll(async () => {
  const servers = {
    lightstep: await startTraceApi({ apiKey: 'k', traces }),
    tempo: await startTempoApi({ traces, apiKey: 'k', filters: true }),
    jaeger: await startJaegerApi({ traces }),
    zipkin: await startZipkinApi({ traces }),
    dash0: await startDash0Api({ traces, token: 'k' }),
    azure: await startAzureApi({ traces, token: 'k', workspace: 'w1' }),
  }
  servers.lightstep.snapshots.assembleOnDemand = true
  world = await openWorld()
  Object.assign(world, { fastForward: true, clockOffset: Date.parse('2026-09-22T18:00:00Z') - Date.now() })
  world.variables.LS_AUTH_TOKEN = 'k'
  const profiles = Object.entries(servers).map(
    ([name, { url }]) =>
      `[profiles.${name}]\nbackend = "${name}"\napi = "${url}"\norganization = "acme"\nproject = "prod"\nworkspace = "w1"\n`,
  )
  await world.writeConfig(profiles.join(''))
  await writeFile(join(world.home, 'all.json'), JSON.stringify(toOtlpDocument(traces, 'hex')))
  const { lightstep, ...all } = servers
  seen = {
    ...Object.fromEntries(Object.entries(all).map(([name, { requests }]) => [name, requests])),
    lightstep: lightstep.snapshots.taken,
  }
  close = [...Object.values(servers), world].map((one) => () => one.close())
})
afterAll(() => Promise.all(close.map((end) => end())))

/** What was sent, without what differs from request to request. */
const sentOf = (requests: readonly unknown[]): string =>
  JSON.stringify(requests, (key, value) => (/^(headers|id|looks)$/.test(key) ? undefined : value))

async function search(backend: string, flags: string) {
  const before = seen[backend]?.length ?? 0
  const place = backend === 'file' ? `--file ${join(world.home, 'all.json')}` : `--profile ${backend}`
  // As it was typed: TraceQL is another language.
  const typed =
    backend === 'tempo' ? flags.replace(/service IN \(("\w+")\)/, '{ resource.service.name = $1 }') : flags
  const free = backend === 'lightstep' ? '--snapshot' : ''
  const { exit, stdout, stderr } = await world.type(`ls-auth trace search ${typed} ${place} ${free} --json`)
  const { traces = [], notes = [] } = exit === 0 ? JSON.parse(stdout) : {}
  const sent = sentOf((seen[backend] ?? []).slice(before))
  return { exit, stderr, sent, found: JSON.stringify(traces), notes: JSON.stringify(notes) }
}

type Cell = 'asked' | 'compared' | 'no' | 'ignored, with a note' | 'nothing'

async function cellOf(backend: string, without: string, with_: string): Promise<Cell> {
  const flagged = await search(backend, with_)
  if (flagged.exit !== 0) {
    const { error } = JSON.parse(flagged.stderr.trim().split('\n').at(-1) as string)
    expect([flagged.exit, error.code, error.hint]).toEqual([2, 'cannot-do', expect.stringMatching(/./)])
    return 'no'
  }
  const bare = await search(backend, without)
  expect([bare.exit, bare.stderr]).toEqual([0, expect.not.stringContaining('error')])
  if (backend !== 'file' && flagged.sent !== bare.sent) return 'asked'
  if (flagged.found !== bare.found) return 'compared'
  return /ignores/.test(flagged.notes) ? 'ignored, with a note' : 'nothing'
}

describe('flags of a search', () => {
  it('each is in the table, or is about something else', () => {
    const flags = Object.keys(traceSearch.flags).filter((name) => !OTHERS.includes(name))
    const told = new Set(ROWS.flatMap(([, names]) => names))
    expect(flags.filter((name) => !told.has(name))).toEqual([])
    for (const [shown, names] of ROWS) for (const name of names) expect(shown).toContain(typedFlag(name))
  })

  it('each is asked, compared or refused by each back end, as the page says', async () => {
    const rows: string[] = []
    for (const [shown, , without, with_] of ROWS) {
      const cells: Cell[] = []
      for (const [backend] of COLUMNS) cells.push(await cellOf(backend, without, with_))
      rows.push(`| ${shown} | ${cells.join(' | ')} |`)
    }
    const head = `| flag | ${COLUMNS.map(([, name]) => name).join(' | ')} |\n|---|${COLUMNS.map(() => '---|').join('')}`
    const page = readFileSync(PAGE, 'utf8')
    const made = page.replace(/\| flag \|[\s\S]*?\n(?=\n)/, `${head}\n${rows.join('\n')}\n`)
    await expect(made).toMatchFileSnapshot(fileURLToPath(PAGE))
    expect(rows.filter((row) => row.includes('nothing'))).toEqual([])
  })
})
