/**
 * A span or trace id, as one form gives it.
 * - `span`: only a span id is known. - `trace`: a trace id, with `spanId` where the text gave both (a header).
 * - `either`: 64 bits that may be a span id or the low half of a trace id; both fields hold the same digits.
 */
export interface Reading {
  readonly kind: 'span' | 'trace' | 'either'
  readonly form: 'hex' | 'decimal' | 'base64' | 'uuid' | 'traceparent' | 'header' | 'url'
  /** 16 lower-case hex digits. */
  readonly spanId?: string
  /** 32 lower-case hex digits, or 16 where only the low half is known. */
  readonly traceId?: string
  /** The hex digits as given (lower case, not padded), for back ends that want them that way. */
  readonly digits?: string
  /** The page that named it by its parameter, where its path begins with what may be a project. */
  readonly page?: { readonly host: string; readonly project: string }
}

/** An id of zeros is invalid in every format. */
export const isZero = (hex: string): boolean => /^0+$/.test(hex)

/** Bytes give the width of an id, and so do more than 16 hex digits; fewer digits may lack leading zeros. */
export function fromDigits(hex: string, form: Reading['form'], digits?: string): Reading | undefined {
  if (isZero(hex)) return undefined
  const given = digits === undefined ? {} : { digits }
  if (hex.length > 16) return { kind: 'trace', form, traceId: hex.padStart(32, '0'), ...given }
  const id = hex.padStart(16, '0')
  return { kind: 'either', form, spanId: id, traceId: id, ...given }
}

/** A trace id and the id of a span in it, both as hex digits. */
export function fromBoth(form: Reading['form'], trace: string, span: string): Reading | undefined {
  if (isZero(trace) || isZero(span)) return undefined
  const traceId = trace.toLowerCase().padStart(trace.length > 16 ? 32 : 16, '0')
  return { kind: 'trace', form, traceId, spanId: span.toLowerCase().padStart(16, '0') }
}
