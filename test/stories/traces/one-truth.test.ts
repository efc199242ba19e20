import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAzureApi } from '../../world/azure-api.ts'
import { startDash0Api } from '../../world/dash0-api.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { CANARY, genAiTrace } from '../../world/trace/gen-ai.ts'
import { makeTrace, type SpanData, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { startZipkinApi } from '../../world/zipkin-api.ts'

/** Fan-out, retries, errors that a span above took over, events, links, agents and models in five dialects, and an id that no double number holds. */
const made = makeTrace({ seed: 7, spans: 1100 })
const [first, ...rest] = made.spans as [SpanData, ...SpanData[]]
const [second, ...others] = rest as [SpanData, ...SpanData[]]
const OTHER_TRACE = 'c0ffee00c0ffee00c0ffee00c0ffee00'
const start = Math.min(...made.spans.map(({ startMicros }) => startMicros))
const agents = [0, 1, 2, 3, 4].flatMap((seed) => {
  const { spans } = genAiTrace(seed)
  const by = start - Math.min(...spans.map(({ startMicros }) => startMicros))
  return spans.map((span) => ({
    parentId: first.spanId,
    ...span,
    startMicros: span.startMicros + by,
    endMicros: span.endMicros + by,
  }))
})
const truth: TraceData = {
  ...made,
  spans: [
    {
      ...first,
      tags: { ...first.tags, 'customer.id': '18446744073709551615' },
      events: [
        { name: 'exception', tags: { 'exception.type': 'Timeout', 'exception.message': 'card network' } },
        { name: 'retrying', tags: { attempt: '2' } },
      ],
    },
    {
      ...second,
      links: [
        { traceId: made.traceId, spanId: first.spanId, tags: { 'link.reason': 'same batch' } },
        { traceId: OTHER_TRACE, spanId: 'c0ffee00c0ffee00', tags: { 'link.reason': 'queued by' } },
      ],
    },
    ...others,
    ...agents,
  ],
}

const LOGS = [{ spanId: second.spanId, text: 'stock is low', severity: 'WARN' }]

/** What a back end makes of a truth, in the words of docs/back-ends.md. */
const MADE = {
  lower: 'names in lower case',
  millis: 'durations in lists in whole milliseconds',
  bareEvents: 'events without attributes',
  bareLinks: 'links without attributes',
  noLinks: 'no links',
  noLogs: 'no logs',
} as const
type Difference = keyof typeof MADE
const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  Tempo: ['millis', 'noLogs'],
  Jaeger: ['noLogs'],
  'Jaeger before v3': ['bareLinks', 'noLogs'],
  Zipkin: ['lower', 'bareEvents', 'noLinks', 'noLogs'],
  'Zipkin behind a Collector': ['lower', 'noLogs'],
  Dash0: [],
  'Azure Monitor': ['bareLinks'],
}
const profileOf = (name: string) => name.toLowerCase().replaceAll(' ', '-')

let world: World
let close: (() => Promise<unknown>)[]
beforeAll(async () => {
  const traces = [truth]
  const servers = {
    tempo: await startTempoApi({ traces, apiKey: 'k' }),
    jaeger: await startJaegerApi({ traces }),
    'jaeger-before-v3': await startJaegerApi({ traces }),
    zipkin: await startZipkinApi({ traces }),
    'zipkin-behind-a-collector': await startZipkinApi({ traces, collector: true }),
    dash0: await startDash0Api({ traces, token: 'k', logs: LOGS }),
    'azure-monitor': await startAzureApi({ traces, token: 'k', workspace: 'w1', logs: LOGS }),
  }
  servers['jaeger-before-v3'].mode = 'v2'
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  const profiles = Object.entries(servers).map(
    ([name, { url }]) =>
      `[profiles.${name}]\nbackend = "${name.split('-')[0]}"\napi = "${url}"\nworkspace = "w1"\n`,
  )
  await world.writeConfig(profiles.join(''))
  close = [...Object.values(servers), world].map((one) => () => one.close())
})
afterAll(async () => {
  await Promise.all(close.map((end) => end()))
})

interface Shown {
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly service: string
  readonly startTimeUnixNano: string
  readonly durationNanos: string
  readonly status: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly Moment[]
  readonly logs?: readonly Moment[]
  readonly links: readonly object[]
}

interface Moment {
  readonly name: string
  readonly timeUnixNano: string
  readonly attributes: Readonly<Record<string, unknown>>
}

it('docs/back-ends.md lists these differences, and no other', () => {
  const page = readFileSync(new URL('../../../docs/back-ends.md', import.meta.url), 'utf8')
  const [, list] = /^## What a back end changes\n\n.*?\n\n(.*?)\n\n/ms.exec(page) ?? []
  const lines = Object.entries(DIFFERENCES).map(
    ([name, made]) => `* ${name}: ${made.map((one) => MADE[one]).join(', ') || 'no change'}.`,
  )
  expect(list?.split('\n')).toEqual(lines)
})

const texts = (tags: object) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]))

describe.each(Object.entries(DIFFERENCES))('one trace, as %s gives it', (name, differences) => {
  const backend = profileOf(name)
  const has = (one: Difference) => differences.includes(one)
  const spell = (text: string) => (has('lower') ? text.toLowerCase() : text)
  const read = async (): Promise<Map<string, Shown>> => {
    const line = `ls-auth trace get ${truth.traceId} --json --show-sensitive --profile ${backend}`
    const { exit, stdout } = await world.type(line)
    expect(exit).toBe(0)
    return new Map(JSON.parse(stdout).spans.map((span: Shown) => [span.spanId, span]))
  }

  it('has the same tree, names, services, times and errors', async () => {
    const shown = await read()
    expect(shown.size).toBe(truth.spans.length)
    for (const span of truth.spans) {
      const { parentSpanId, name, service, startTimeUnixNano, durationNanos, status } = shown.get(
        span.spanId,
      ) as Shown
      expect({ parent: parentSpanId ?? undefined, name, service, startTimeUnixNano, durationNanos }).toEqual({
        parent: span.parentId,
        name: spell(span.name),
        service: spell(span.service),
        startTimeUnixNano: `${span.startMicros}000`,
        durationNanos: `${span.endMicros - span.startMicros}000`,
      })
      expect([span.spanId, JSON.stringify(status).includes('error')]).toEqual([span.spanId, span.error])
    }
  })

  it('has the same attributes and events', async () => {
    const shown = await read()
    for (const span of truth.spans) {
      const { attributes, events } = shown.get(span.spanId) as Shown
      const inOrder = <One extends { readonly name: string }>(all: readonly One[]) =>
        [...all].sort((a, b) => (a.name < b.name ? -1 : 1))
      for (const [key, value] of Object.entries(span.tags))
        if (key !== 'span.kind') expect([key, String(attributes[key])]).toEqual([key, String(value)])
      const told = events.map((one) => ({ ...one, attributes: texts(one.attributes) }))
      expect(inOrder(told)).toEqual(
        inOrder(span.events ?? []).map(({ name, tags }) =>
          expect.objectContaining({
            name,
            timeUnixNano: `${span.startMicros}000`,
            attributes: has('bareEvents') ? {} : expect.objectContaining(texts(tags)),
          }),
        ),
      )
    }
  })

  it('has the same links, to spans of this and of another trace', async () => {
    const shown = await read()
    for (const { spanId, links = [] } of truth.spans) {
      const wanted = links.map(({ tags, ...ids }) => ({ ...ids, attributes: has('bareLinks') ? {} : tags }))
      expect([spanId, shown.get(spanId)?.links]).toEqual([spanId, has('noLinks') ? [] : wanted])
    }
  })

  it('has the lines of logs with their span', async () => {
    const logs = [...(await read())].flatMap(([spanId, span]) =>
      (span.logs ?? []).map(({ name, attributes }) => ({
        spanId,
        text: name,
        severity: attributes['log.severity'],
      })),
    )
    expect(logs).toEqual(has('noLogs') ? [] : LOGS)
  })

  it('hides what was typed into models and what they answered', async () => {
    for (const form of ['--json', '--details --full', '-o html']) {
      const { exit, stdout } = await world.type(
        `ls-auth trace get ${truth.traceId} ${form} --profile ${backend}`,
      )
      expect([exit, stdout.includes(CANARY)]).toEqual([0, false])
    }
  })

  it('has the same errors, services and duration in a list', async () => {
    const time = '--from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'
    const { stdout } = await world.type(
      `ls-auth trace search ${time} --service frontend --json --profile ${backend}`,
    )
    const [row] = JSON.parse(stdout).traces
    const [begin, end] = [
      Math.min(...truth.spans.map(({ startMicros }) => startMicros)),
      Math.max(...truth.spans.map(({ endMicros }) => endMicros)),
    ]
    expect(row).toMatchObject({
      traceId: truth.traceId,
      rootName: spell('POST /checkout'),
      durationNanos: has('millis') ? `${Math.floor((end - begin) / 1000)}000000` : `${end - begin}000`,
    })
    expect(row).toMatchObject({
      spanCount: truth.spans.length,
      errorCount: truth.spans.filter(({ error }) => error).length,
    })
  })
})
