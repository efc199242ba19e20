import { createHash } from 'node:crypto'
import { CHECKOUT_STEPS, checkout, type SpanKind, type Step, type Tags } from './trace/checkout.ts'
import { type Random, seeded } from './trace/random.ts'

export type { SpanKind, Tags } from './trace/checkout.ts'

/** A span without a format. Times are whole microseconds since the epoch. */
export interface SpanData {
  readonly spanId: string
  readonly parentId?: string
  readonly name: string
  readonly service: string
  readonly kind: SpanKind
  readonly startMicros: number
  readonly endMicros: number
  readonly error: boolean
  readonly tags: Tags
  /** Attributes of its resource. */
  readonly resource?: Tags
  readonly events?: readonly { readonly name: string; readonly tags: Tags }[]
  /** Spans of this or another trace. */
  readonly links?: readonly { readonly traceId: string; readonly spanId: string; readonly tags: Tags }[]
  /** What Jaeger's query service adds to a span. */
  readonly warnings?: readonly string[]
}

/** A line of a log beside a span. */
export interface LogLine {
  readonly spanId: string
  readonly text: string
  readonly severity: string
  /** OTLP's `event_name`. */
  readonly eventName?: string
}

/** A trace without a format: what tests turn into the JSON of one back end or another. */
export interface TraceData {
  /** 32 hex digits. */
  readonly traceId: string
  /** In no order. */
  readonly spans: readonly SpanData[]
}

/** The smallest trace `makeTrace` can tell its story with. */
export const MIN_SPANS = CHECKOUT_STEPS + 3

const EPOCH_MICROS = 1_790_000_000_000_000

/**
 * Makes a believable checkout request, the same for the same seed: 8 services, more than 7 levels, an N+1 group of
 * redis reads, three errors with one root cause, a parallel part, an async tail behind the root's end, an orphan
 * (parent not in the list) and a stray root without tags.
 * @param options.spans exact number of spans, at least `MIN_SPANS`; 48 when absent.
 * @param options.fails false: a checkout without errors.
 */
export function makeTrace(options: { seed: number; spans?: number; fails?: boolean }): TraceData {
  const { seed, spans: wanted = 48, fails = true } = options
  if (wanted < MIN_SPANS) throw new RangeError(`a checkout has at least ${MIN_SPANS} spans`)
  const random = seeded(seed)
  const traceId = random.hex(32)
  const startMicros = EPOCH_MICROS + random.between(0, 86_400) * 1_000_000
  const spans: SpanData[] = []
  for (const root of checkout(wanted - CHECKOUT_STEPS, fails)) {
    const offset = root.parent ? random.between(20_000, 90_000) : 0
    const parentId = root.parent === 'missing' ? random.hex(16) : undefined
    lay(root, startMicros + offset, parentId, random, spans)
  }
  return { traceId, spans: random.shuffle(spans) }
}

/** The trace as if it had begun at that time, in milliseconds since the epoch. */
export function movedTo(milliseconds: number, trace: TraceData): TraceData {
  const first = Math.min(...trace.spans.map(({ startMicros }) => startMicros))
  const by = milliseconds * 1000 - first
  return {
    traceId: trace.traceId,
    spans: trace.spans.map((span) => ({
      ...span,
      startMicros: span.startMicros + by,
      endMicros: span.endMicros + by,
    })),
  }
}

/** Of the spans without a parent the one that took longest. */
export function rootOf({ spans }: TraceData): SpanData | undefined {
  const took = ({ startMicros, endMicros }: SpanData) => endMicros - startMicros
  return spans.filter(({ parentId }) => parentId === undefined).sort((a, b) => took(b) - took(a))[0]
}

/** Gives a step and those below it ids and times; returns when it ended. */
function lay(
  step: Step,
  start: number,
  parentId: string | undefined,
  random: Random,
  into: SpanData[],
): number {
  const spanId = random.hex(16)
  const work = Math.max(2, Math.round((step.work * random.between(80, 130)) / 100))
  let cursor = start + Math.ceil(work / 2)
  let latest = cursor
  for (const child of step.children) {
    const childStart = cursor + (child.detachedAfter ?? 0)
    const childEnd = lay(child, childStart, spanId, random, into)
    if (child.detachedAfter !== undefined) continue
    latest = Math.max(latest, childEnd)
    if (!step.parallel) cursor = childEnd + random.between(20, 120)
  }
  const endMicros = latest + Math.floor(work / 2)
  into.push({
    spanId,
    ...(parentId !== undefined && { parentId }),
    name: step.name,
    service: step.service,
    kind: step.kind,
    startMicros: start,
    endMicros,
    error: step.error ?? false,
    tags: step.tags,
  })
  return endMicros
}

/**
 * The body of Lightstep's `stored-traces` for a trace: `data[0].id` is the span that was asked for, `trace-id` the low
 * 64 bits, the parent and the whole trace id are tags, and a span without tags has no `tags` member at all.
 */
export function toStoredTraces(
  trace: TraceData,
  requestedSpanId: string,
  self = '',
): Record<string, unknown> {
  const services = [...new Set(trace.spans.map((span) => span.service))]
  const spans = trace.spans.map((span) => ({
    'span-name': span.name,
    'span-id': span.spanId,
    'is-error': span.error,
    'start-time-micros': span.startMicros,
    'end-time-micros': span.endMicros,
    'trace-id': trace.traceId.slice(16),
    'reporter-id': reporterId(span.service),
    ...lightstepTags(trace.traceId, span),
  }))
  return {
    data: [
      {
        type: 'stored-traces',
        id: requestedSpanId,
        attributes: {
          'start-time-micros': trace.spans.reduce(
            (first, span) => Math.min(first, span.startMicros),
            Infinity,
          ),
          'end-time-micros': trace.spans.reduce((last, span) => Math.max(last, span.endMicros), 0),
          spans,
        },
        relationships: {
          reporters: services.map((service) => ({
            'reporter-id': reporterId(service),
            attributes: {
              'lightstep.component_name': service,
              'lightstep.hostname': `${service}-7d9f`,
              'lightstep.tracer': 'otel',
              'lightstep.tracer_platform': 'go',
              'service.name': service,
            },
          })),
        },
      },
    ],
    links: { self },
  }
}

function lightstepTags(traceId: string, span: SpanData): { tags?: Tags } {
  if (Object.keys(span.tags).length === 0) return {}
  return {
    tags: {
      ...span.tags,
      ...(span.parentId !== undefined && { parent_span_guid: span.parentId }),
      ...(span.error && { error: 'true' }),
      'otlp.trace_id': traceId,
      'instrumentation.name': 'demo',
    },
  }
}

function reporterId(service: string): string {
  return createHash('sha256').update(service).digest('hex').slice(0, 16)
}

/** Terminal tricks that must never reach a terminal as they are: colours, a title, a link, a clear, reversed text. */
const HOSTILE = [
  '\u001b[31mred\u001b[0m',
  '\u001b]0;owned\u0007title',
  '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  '\u001b[2J\u001b[Hcleared',
  '\u202egnp.exe',
  '\u2066isolate\u2069',
  '\u009b31mC1',
  'two\r\nlines\tand a tab',
  '\u001b]52;c;cm0gLXJmIC8=\u0007',
  'zero\u200bwidth\u0000nul',
]

/** The same trace with a terminal trick in every name, every service and one tag per span. */
export function withHostileText(trace: TraceData): TraceData {
  const trick = (index: number) => HOSTILE[index % HOSTILE.length] ?? ''
  const services = [...new Set(trace.spans.map((span) => span.service))]
  return {
    traceId: trace.traceId,
    spans: trace.spans.map((span, index) => ({
      ...span,
      name: `${span.name} ${trick(index)}`,
      service: `${span.service}${trick(services.indexOf(span.service) + 3)}`,
      tags: { ...span.tags, [`note ${trick(index + 1)}`]: `${trick(index + 2)}` },
    })),
  }
}
