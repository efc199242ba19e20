import { Failure } from '../../errors.ts'

const READABLE = 'Readable are OTLP (JSON, NDJSON, protobuf), Jaeger, Zipkin v2, Lightstep and -o json.'

/**
 * Failure `api-failed` for bytes that are no trace. The message is the reason alone (`it is empty`); the caller knows
 * where the bytes came from and adds that.
 */
export const noTrace = (why: string, hint = READABLE): Failure =>
  new Failure('api-failed', why, { reason: 'no-trace', hint })

/** Failure `api-failed` for a trace of which a part cannot be read. */
export const damagedTrace = (what: string, cause?: unknown): Failure =>
  new Failure('api-failed', what, { reason: 'damaged-trace', ...(cause !== undefined && { cause }) })
