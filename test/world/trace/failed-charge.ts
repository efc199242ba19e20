import type { toOtlpDocument } from './otlp.ts'

/** 00:00 of a day, in nanoseconds since the epoch. */
const START = 1_790_035_200_000_000_000n

/** Ids of {@link failedCharge}. */
export const CHARGE_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
export const CHARGE_SPAN = 'edbd7ced52600c13'
export const ORDER_SPAN = '00f067aa0ba902b7'
export const LINKED_TRACE = '5b8efff798038103d269b633813fc60c'
export const LINKED_SPAN = 'eee19b7ec3c1b174'
/** Never shown without --show-sensitive. */
export const CHARGE_SECRET = 'sk_live_51H8xAbCdEfGhIjKl'

const value = (of: unknown): object =>
  typeof of === 'number'
    ? Number.isInteger(of)
      ? { intValue: String(of) }
      : { doubleValue: of }
    : typeof of === 'boolean'
      ? { boolValue: of }
      : Array.isArray(of)
        ? { arrayValue: { values: of.map(value) } }
        : { stringValue: of }

const attributes = (of: Readonly<Record<string, unknown>>): object[] =>
  Object.entries(of).map(([key, its]) => ({ key, value: value(its) }))

/** Frames of a stack as Java prints them, with a cause below. */
const STACK = [
  'java.net.SocketTimeoutException: redis timeout',
  ...Array.from(
    { length: 30 },
    (_, i) => `\tat com.shop.payment.Step${i + 1}.call(Step${i + 1}.java:${i + 10})`,
  ),
  'Caused by: java.io.IOException: connection reset by card-network.example',
  '\tat java.base/sun.nio.ch.Net.connect(Net.java:502)',
  '\t... 31 more',
].join('\n')

interface Made {
  readonly id: string
  readonly parent?: string
  readonly name: string
  readonly kind: number
  readonly at: number
  readonly ms: number
  readonly more?: object
}

const span = ({ id, parent, name, kind, at, ms, more }: Made): object => ({
  traceId: CHARGE_TRACE,
  spanId: id,
  ...(parent === undefined ? {} : { parentSpanId: parent }),
  name,
  kind,
  startTimeUnixNano: String(START + BigInt(at) * 1_000_000n),
  endTimeUnixNano: String(START + BigInt(at + ms) * 1_000_000n),
  ...more,
})

const CHARGE = span({
  id: CHARGE_SPAN,
  parent: ORDER_SPAN,
  name: 'POST card-network',
  kind: 3,
  at: 100,
  ms: 250,
  more: {
    status: { code: 2, message: 'internal' },
    attributes: attributes({
      'server.address': 'card-network.example',
      'error.type': 'timeout',
      'http.request.header.authorization': `Bearer ${CHARGE_SECRET}`,
      'app.retries': 3,
      'app.is_vip': true,
      'app.tried': ['eu-1', 'eu-2'],
      'app.note': `first line\nsecond line ${'of a long text '.repeat(80)}`,
    }),
    events: [
      {
        name: 'retry',
        timeUnixNano: String(START + 112_000_000n),
        attributes: attributes({ attempt: 2, reason: 'no answer' }),
      },
      {
        name: 'exception',
        timeUnixNano: String(START + 349_000_000n),
        attributes: attributes({
          'exception.type': 'java.net.SocketTimeoutException',
          'exception.message': 'redis timeout',
          'exception.stacktrace': STACK,
        }),
      },
    ],
    links: [
      {
        traceId: LINKED_TRACE,
        spanId: LINKED_SPAN,
        attributes: attributes({ 'link.why': 'earlier attempt' }),
      },
    ],
  },
})

const service = (name: string, more: Readonly<Record<string, unknown>>, ...spans: object[]): object => ({
  resource: { attributes: attributes({ 'service.name': name, ...more }) },
  scopeSpans: [{ scope: { name: `lib-${name}`, version: '1.32.0' }, spans }],
})

/** A checkout that fails for a reason which only an event of one span knows, as one OTLP/JSON document. */
export function failedCharge(): ReturnType<typeof toOtlpDocument> {
  const failed = { status: { code: 2 } }
  const root = '00000000000000a1'
  return {
    resourceSpans: [
      service(
        'frontend',
        {},
        span({ id: root, name: 'POST /checkout', kind: 2, at: 0, ms: 400, more: failed }),
      ),
      service(
        'checkout',
        {},
        span({ id: ORDER_SPAN, parent: root, name: 'POST /orders', kind: 2, at: 10, ms: 380, more: failed }),
      ),
      service('payment', { 'k8s.pod.name': 'payment-7d4c', 'host.arch': 'arm64' }, CHARGE),
    ] as { [key: string]: unknown }[],
  }
}
