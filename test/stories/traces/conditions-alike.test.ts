import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import type { SpanData, TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "The same condition finds the same traces, wherever they are." */

const startMicros = (Date.now() - 60_000) * 1000
/** A trace of one span. */
const ofOne = (
  digit: string,
  service: string,
  tags: Record<string, string>,
  events: SpanData['events'] = [],
): TraceData => ({
  traceId: digit.repeat(32),
  spans: [
    {
      spanId: digit.repeat(16),
      name: 'run',
      service,
      kind: 'internal',
      startMicros,
      endMicros: startMicros + 1000,
      error: false,
      tags,
      events,
    },
  ],
})
const traces = [
  ofOne('a', 'shop', { method: 'POST' }),
  ofOne('b', 'bank', { method: 'GET' }, [{ name: 'exception', tags: { 'exception.type': 'IOError' } }]),
  ofOne('c', 'bank-eu', { 'my attr': 'x' }),
]

let world: World
let tempo: TempoApi
let file: string
beforeAll(async () => {
  world = await openWorld()
  tempo = await startTempoApi({ traces, filters: true })
  file = join(world.home, 'traces.json')
  await writeFile(file, JSON.stringify(toOtlpDocument(traces, 'hex')))
})
afterAll(() => Promise.all([world.close(), tempo.close()]))

it.each([
  ['service.name=bank', 'b'],
  ['service.name=~bank.*', 'bc'],
  ['service.name!~bank', 'ac'],
  ['resource.service.name!~bank.*', 'a'],
  ['method!~P.*', 'b'],
  ['my attr=x', 'c'],
  ['span.my attr=x', 'c'],
  ['span."my attr"=x', 'c'],
  ['"my attr"=x', 'c'],
  ['event:name=exception', 'b'],
  ['event.exception.type=IOError', 'b'],
  ['event.exception.type!=OSError', 'b'],
])('--attr %s', async (condition, found) => {
  for (const where of [`--file ${file}`, `--backend tempo --api ${tempo.url} --authorization none`]) {
    const { stdout } = await world.type(`ls-auth trace search --attr '${condition}' -o ndjson ${where}`)
    const ids = [...stdout.matchAll(/"traceId":"(.)/g)].map(([, digit]) => digit)
    expect(ids.sort().join(''), where).toBe(found)
  }
})

it.each([
  'span:name=run',
  'span:kind=server',
  'span:status=error',
  'span:duration>5',
  'trace:rootService=a b',
  'trace:duration>5',
  'event:timeSinceStart>5',
  'span:childCount>5',
  'span:duration>100ms',
  'trace:duration>100ms',
  'event:timeSinceStart<5ms',
  'span:kind!=server',
  'span:status=ok',
  'span:status!=error',
  'span:status=~err.*',
  'span:status=failed',
  'span:name=~GET.*',
  'trace:rootName=500',
  'trace:id=123',
  'span:childCount=~a',
])('%s is no condition on an attribute: what to type is said', async (condition) => {
  const ofJaeger = 'trace search --backend jaeger --api http://127.0.0.1:9 --authorization none'
  for (const command of [`trace search --file ${file}`, `trace get ${file}`, ofJaeger]) {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${command} --attr '${condition}'`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    const [key] = condition.split(/[=<>!]/)
    expect(stderr).toMatch(
      `error: --attr: ${key} is a field of TraceQL, and no attribute\nhint: Use --name, --error`,
    )
  }
})
