import { type BigTrace, EPOCH } from './big-trace.ts'

/** One span of a big trace, with all that its writers say of it in the words of their format. */
export interface BigSpan {
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  /** OTLP `SpanKind`, 1 to 5. */
  readonly kind: number
  /** Since the epoch. */
  readonly startNanos: bigint
  readonly durationNanos: bigint
  readonly service: number
  readonly failed: boolean
  readonly attributes: readonly (readonly [key: string, value: string | number])[]
}

const NAMES = [
  'HTTP GET /api/cart',
  'oteldemo.CartService/GetCart',
  'SELECT orders',
  'redis GET',
  'POST /api/checkout',
]
const RESOURCE_KEYS = [
  'k8s.pod.name',
  'k8s.namespace.name',
  'k8s.node.name',
  'host.name',
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
  'service.version',
  'service.instance.id',
  'os.type',
  'process.pid',
]

/** The library that wrote all spans. */
export const SCOPE = { name: '@opentelemetry/instrumentation-http', version: '0.57.0' }
/** Status and exception of a span that failed. */
export const STATUS_MESSAGE = 'internal'
export const EXCEPTION = ['exception.message', 'redis timeout'] as const

/** The span at an index. */
export function spanAt(trace: BigTrace, i: number): BigSpan {
  const spanId = idOf(trace, i)
  const parent = trace.parents[i] as number
  const failed = trace.errors[i] === 1
  return {
    spanId,
    parentId: parent < 0 ? undefined : idOf(trace, parent),
    name: NAMES[i % NAMES.length] as string,
    kind: 1 + (i % 5),
    startNanos: EPOCH + BigInt(trace.starts[i] as number),
    durationNanos: BigInt(trace.durations[i] as number),
    service: trace.services[i] as number,
    failed,
    attributes: attributesOf(spanId, failed),
  }
}

/** What is told of a service beside its name. */
export function resourceOf(service: number): readonly (readonly [key: string, value: string])[] {
  return RESOURCE_KEYS.map((key) => [key, `${key}-value-${service}`])
}

export const serviceName = (service: number): string => `service-${service}`

function idOf(trace: BigTrace, i: number): string {
  const digits = (half: number | undefined) => (half ?? 0).toString(16).padStart(8, '0')
  return digits(trace.high[i]) + digits(trace.low[i])
}

function attributesOf(id: string, failed: boolean): BigSpan['attributes'] {
  return [
    ['http.request.method', 'GET'],
    ['url.full', `http://frontend-proxy:8080/api/cart?sessionId=${id}`],
    ['http.response.status_code', failed ? 500 : 200],
    ['server.address', 'cart.default.svc.cluster.local'],
    ['server.port', 8080],
    ['network.protocol.version', '1.1'],
    ['user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'],
    ['thread.id', 42],
  ]
}
