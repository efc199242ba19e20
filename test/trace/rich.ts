import fc from 'fast-check'
import { readTraces } from '../../src/trace/formats/sniff.ts'
import type { Attributes, AttributeValue, Scope, Span, Trace } from '../../src/trace/model.ts'
import { EPOCH, spanId } from './make.ts'

const key = fc.constantFrom('http.method', 'k', '', '__proto__', 'a b', 'ключ', 'retries')
const finite = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constant(Number.NaN), fc.constant(-0))
const long = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)))
const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !/[\ud800-\udfff]/u.test(text)),
  fc.boolean(),
  finite,
  long,
  fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes)),
)
const nested: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y', '__proto__', 'z z'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value

const attributesOf = (value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Attributes> =>
  fc.array(fc.tuple(key, value), { maxLength: 4 })

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const nanos = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })

interface Kinds {
  /** Values its format can carry. */
  readonly value: fc.Arbitrary<AttributeValue>
  /** Nanoseconds a time of the format is made of. */
  readonly unit: bigint
  /** Links and scopes have attributes, and values nest. */
  readonly full: boolean
}

const OTLP: Kinds = { value: nested, unit: 1n, full: true }
// Microseconds; no nesting; integers and doubles of the same value are told apart by their type.
const JAEGER: Kinds = { value: scalar, unit: 1000n, full: false }

function scopeOf({ value, full }: Kinds): fc.Arbitrary<Scope | undefined> {
  const attributes = full ? attributesOf(value) : fc.constant([])
  const name = text.filter((name) => name !== '')
  return fc.option(
    fc
      .record({ name, version: fc.option(name, { nil: undefined }), attributes })
      .map(({ version, ...rest }) => ({ ...rest, ...(version !== undefined && { version }) })),
    { nil: undefined },
  )
}

function traceOf(kinds: Kinds): fc.Arbitrary<Trace> {
  const attributes = attributesOf(kinds.value)
  const time = nanos.map((value) => (value % (2n ** 61n / kinds.unit)) * kinds.unit + kinds.unit)
  const linked = fc.record({
    traceId: fc.constantFrom('ab'.repeat(16), 'cd'.repeat(16)),
    spanId: fc.integer({ min: 1, max: 1e6 }).map(spanId),
    attributes: kinds.full ? attributes : fc.constant([]),
  })
  const resource = fc
    .tuple(fc.constantFrom('shop', 'cart', '決済'), attributes)
    .map(([service, rest]) => ({ service, resource: [['service.name', service] as const, ...rest] }))
  const span = fc.record({
    name: text,
    kind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer', 'unspecified' as const),
    status: fc.constantFrom('unset', 'ok', 'error' as const),
    statusMessage: fc.option(
      text.filter((message) => message !== ''),
      { nil: undefined },
    ),
    parent: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
    startNanos: time,
    duration: fc.integer({ min: 0, max: 1e9 }),
    attributes,
    events: fc.array(fc.record({ name: text, timeNanos: time, attributes }), { maxLength: 2 }),
    links: fc.array(linked, { maxLength: 2 }),
    resource,
    scope: scopeOf(kinds),
  })
  return fc.array(span, { minLength: 1, maxLength: 8 }).map((list) => ({
    traceId: '11223344556677888899aabbccddeeff',
    spans: list.map(
      ({ parent, statusMessage, duration, resource, scope, ...rest }, i): Span => ({
        ...rest,
        spanId: spanId(i + 1),
        ...(parent !== undefined && { parentId: spanId(parent + 1) }),
        ...(statusMessage !== undefined && { statusMessage }),
        durationNanos: duration * Number(kinds.unit),
        ...resource,
        ...(scope && { scope }),
        marks: [],
      }),
    ),
  }))
}

/** Traces with everything OTLP can carry. */
export const anyOtlpTrace = traceOf(OTLP)
/** Traces with everything Jaeger's JSON can carry. */
export const anyJaegerTrace = traceOf(JAEGER)

/** A trace as plain data, spans by id: what two equal traces have in common whatever made them. */
export function plainTrace(trace: Trace): unknown {
  const spans = trace.spans.map((span) => ({
    ...span,
    attributes: [...span.attributes],
    events: [...span.events],
    links: [...span.links],
  }))
  // Which words a reader has met in a document is no part of the trace.
  const { callsModels: _, ...rest } = trace
  return { ...rest, spans: spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1)) }
}

/** Reads text or bytes that hold exactly one trace. */
export function readOne(input: string | Uint8Array | object): Trace {
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input)
      : input instanceof Uint8Array
        ? input
        : Buffer.from(JSON.stringify(input))
  const [trace, ...others] = readTraces(bytes)
  if (!trace || others.length > 0) throw new Error(`${others.length + (trace ? 1 : 0)} traces`)
  return trace
}

/** One span of OTLP/JSON, times as the epoch of these tests. */
export function otlpSpan(members: object = {}): object {
  return {
    traceId: '5B8EFFF798038103D269B633813FC60C',
    spanId: 'EEE19B7EC3C1B174',
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: String(EPOCH + 1n),
    endTimeUnixNano: String(EPOCH + 1_000_002n),
    ...members,
  }
}

/** A document around spans. */
export function otlpDocument(...spans: object[]): { resourceSpans: object[] } {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'lib', version: '1' }, spans }] }] }
}
