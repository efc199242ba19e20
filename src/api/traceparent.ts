import { randomBytes } from 'node:crypto'

/** The trace that requests of ours belong to (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** Two hex digits. */
  readonly flags: string
}

/**
 * The context of a `traceparent`, or a new one where there is none or it is not valid. A new one is sampled: it is the
 * request of a person, and who asks what became of it shall find it.
 */
export const traceContext = (parent: string | undefined): TraceContext =>
  readTraceparent(parent) ?? { traceId: hex(16), flags: '01' }

/** The context of a `traceparent`; undefined where it is not valid. */
export function readTraceparent(parent: string | undefined): TraceContext | undefined {
  // A version that is not known is read like 00, but may have more behind the flags (§3.2.4).
  const [, version, traceId, spanId, flags, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(parent?.trim() ?? '') ?? []
  const isValid = version !== 'ff' && !(version === '00' && more !== undefined)
  if (!isValid || traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId as string))
    return undefined
  // Of the flags only "sampled" has a meaning in version 00.
  return { traceId, flags: (Number.parseInt(flags as string, 16) & 1) === 1 ? '01' : '00' }
}

/** The `traceparent` of one request: a new span of the trace. */
export const traceparentIn = ({ traceId, flags }: TraceContext): string => `00-${traceId}-${hex(8)}-${flags}`

/** Random, and never all zeros, which isn't an id. */
function hex(bytes: number): string {
  const text = randomBytes(bytes).toString('hex')
  return /^0+$/.test(text) ? hex(bytes) : text
}
