import { Failure } from '../../errors.ts'

const READABLE = 'Readable are OTLP (JSON, NDJSON, protobuf), Jaeger, Zipkin v2, Lightstep and -o json.'

/**
 * Bytes that are no trace. The message is the reason alone (`it is empty`): whoever asked knows whose bytes they are,
 * and says so around it.
 */
export const noTrace = (why: string, hint = READABLE): Failure =>
  new Failure('api-failed', why, { reason: 'no-trace', hint })

/** A trace of which a part cannot be read. */
export const damagedTrace = (what: string, cause?: unknown): Failure =>
  new Failure('api-failed', what, { reason: 'damaged-trace', ...(cause !== undefined && { cause }) })
