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
  ['span:name=run', 'Write --name NAME.'],
  ['span:kind=server', 'Write --attr span.kind=server.'],
  ['span:status=error', 'Write --error, for failed spans.'],
  ['span:duration>5', 'Write --min 100ms or --max 1s.'],
  ['trace:rootService=a b', `Only TraceQL supports it: trace search --query '{ trace:rootService = "a b" }'`],
  ['trace:duration>5', 'Write --min 100ms or --max 1s, without a condition on a span.'],
  [
    'event:timeSinceStart>5',
    "Only TraceQL supports it: trace search --query '{ event:timeSinceStart > 100ms }'",
  ],
  ['span:childCount>5', "Only TraceQL supports it: trace search --query '{ span:childCount > 5 }'"],
  ['span:duration>100ms', 'Write --min 100ms or --max 1s.'],
  ['trace:duration>100ms', 'Write --min 100ms or --max 1s, without a condition on a span.'],
  [
    'event:timeSinceStart<5ms',
    "Only TraceQL supports it: trace search --query '{ event:timeSinceStart < 5ms }'",
  ],
  ['span:kind!=server', "Write --attr 'span.kind!=server'."],
  ['span:status=ok', "Only TraceQL supports it: trace search --query '{ span:status = ok }'"],
  ['span:status!=error', "Only TraceQL supports it: trace search --query '{ span:status != error }'"],
  ['span:status=~err.*', 'Its values are error, ok and unset. For error use --error.'],
  ['span:status=failed', 'Its values are error, ok and unset. For error use --error.'],
  ['span:name=~GET.*', `Only TraceQL supports it: trace search --query '{ span:name =~ "GET.*" }'`],
  ['trace:rootName=500', `Only TraceQL supports it: trace search --query '{ trace:rootName = "500" }'`],
  ['trace:id=123', `Only TraceQL supports it: trace search --query '{ trace:id = "123" }'`],
  ['span:childCount=~a', "Only TraceQL supports it: trace search --query '{ span:childCount > 5 }'"],
])('%s is no condition on an attribute: what to type is said', async (condition, hint) => {
  const ofJaeger = 'trace search --backend jaeger --api http://127.0.0.1:9 --authorization none'
  for (const command of [`trace search --file ${file}`, `trace get ${file}`, ofJaeger]) {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${command} --attr '${condition}'`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    const [key] = condition.split(/[=<>!]/)
    expect(stderr).toBe(`error: --attr: ${key} is a field of TraceQL, and no attribute\nhint: ${hint}\n`)
  }
})

it.each([
  ['name', '--name NAME'],
  ['kind', '--attr span.kind=server'],
  ['status', '--error, for failed spans'],
  ['duration', '--min 100ms or --max 1s'],
  ['statusMessage', '--attr span:statusMessage=TEXT'],
  ['rootName', `--query '{ trace:rootName = "NAME" }', in TraceQL`, 'trace'],
  ['rootServiceName', `--query '{ trace:rootService = "NAME" }', in TraceQL`, 'trace'],
  ['traceDuration', '--min 100ms or --max 1s, without a condition on a span', 'trace'],
])(
  'nothing has an attribute that is called %s: how the field is asked for is said',
  async (name, flag, whose = 'span') => {
    const { exit, stderr } = await world.type(`ls-auth trace search --file ${file} --attr '${name}=x'`)
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: expect.stringContaining(
        `note: --attr ${name} means an attribute with that name; the ${name} of a ${whose}: ${flag}\n`,
      ),
    })
  },
)

it.each(['code=~5..', 'code!~4\\d\\d', 'code=~^50[0-9]$', 'code=~500|503'])(
  '%s finds no number in Tempo: it is said, and what does',
  async (condition) => {
    const where = `--backend tempo --api ${tempo.url} --authorization none`
    const note = `=~ and !~ are for text in Tempo and never match a number; compare a number with =, != or >=\n`
    for (const [command, exit] of [
      ['trace search', 0],
      ['trace breakdown', 7],
    ] as const) {
      const outcome = await world.type(`ls-auth ${command} --attr '${condition}' ${where}`)
      expect(outcome.exit).toBe(exit)
      expect(outcome.stderr).toContain(note)
      expect(outcome.stderr).not.toContain('for the whole value')
    }
    const { stderr } = await world.type(`ls-auth trace search --file ${file} --attr '${condition}'`)
    expect(stderr).not.toContain('for text')
  },
)
