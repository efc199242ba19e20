import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import {
  addressOf,
  fromAddress,
  fromDigits,
  fromHeaderValue,
  isZero,
  plain,
  type Reading,
  unwrapped,
} from './id-forms.ts'

/** A span or trace id as a person gave it. */
export interface TraceReference extends Reading {
  /** Other readings of the same text, likeliest first: sixteen decimal digits are hex digits too. */
  readonly alternatives: readonly TraceReference[]
}

/** Addresses of pages with a query in them have a few thousand. */
const MOST_CHARACTERS = 8192

/**
 * Reads a span or trace id in any form tools print, whatever brackets, labels and punctuation stand around it. Failure `usage`
 * when the text holds none. Where a text can be read in two ways hex wins, except for 17 to 20 decimal digits that fit 64 bits.
 * Lightstep's and Datadog's SDKs log those, and no tool prints a trace id of that length.
 */
export function parseSpanOrTraceId(text: string): TraceReference {
  if (text.length > MOST_CHARACTERS) throw notAnId('this is too long for a span or trace id')
  const bare = unwrapped(plain(text))
  const readings = readingsOf(bare)
  const [first, ...others] = readings.length > 0 ? readings : onlyTrace(bare)
  if (first) return { ...first, alternatives: others.map((other) => ({ ...other, alternatives: [] })) }
  const address = addressOf(bare)
  const page = address === undefined ? undefined : fromAddress(address)
  if (typeof page === 'object') return { ...page, alternatives: [] }
  if (isNone(bare)) {
    throw new Failure('usage', `"${safeText(bare, 80)}": an id of zeros is invalid`, {
      hint: 'It means "no trace". Use the id of a trace or of one of its spans.',
    })
  }
  if (page !== undefined) throw notAnId(page)
  throw notAnId(`"${safeText(text.trim(), 80)}" is not a span or trace id`, { reason: 'no-id' })
}

/** 32 hex digits that aren't part of a name, an address or a path. */
const TRACE_ID = /(?<![\w./\\-])[\da-f]{32}(?![\w/\\-]|\.\w)/gi

/** The only trace id in a longer text, such as a line of a log. */
function onlyTrace(text: string): Reading[] {
  const found = [...new Set(text.match(TRACE_ID)?.map((id) => id.toLowerCase()))]
  return found.length === 1 ? found.flatMap((id) => fromDigits(id, 'hex', id) ?? []) : []
}

/** The span id in a text as a person gave it, in any form that {@link parseSpanOrTraceId} reads. */
export function spanIdIn(text: string): string | undefined {
  try {
    return parseSpanOrTraceId(text).spanId
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Whether a text would be an id if it were not all zeros, which stands for none in every format. */
const isNone = (text: string): boolean =>
  isZero(text.replace(/^0x/i, '').replaceAll('-', '')) || /^00-0{32}-/.test(text)

function notAnId(message: string, reason: { readonly reason?: 'no-id' } = {}): Failure {
  return new Failure('usage', message, {
    ...reason,
    hint: 'Use a span or trace id (hex, decimal, base64 or UUID) or a traceparent, B3 or X-Ray header. The URL of a trace in Jaeger, Grafana, Zipkin or Lightstep works too.',
  })
}

/** Every reading of a text that is nothing but an id, likeliest first. */
function readingsOf(text: string): Reading[] {
  const readings = [fromHeaderValue, fromUuid, fromHex, fromDecimal, fromBase64]
    .map((read) => read(text))
    .filter((reading) => reading !== undefined)
  if (readings[0]?.form === 'hex' && readings[1]?.form === 'decimal' && text.length > 16) {
    readings.splice(0, 2, readings[1], readings[0])
  }
  return readings
}

function fromUuid(text: string): Reading | undefined {
  const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(text)?.[1]
  if (uuid === undefined) return undefined
  const traceId = uuid.replaceAll('-', '').toLowerCase()
  return isZero(traceId) ? undefined : { kind: 'trace', form: 'uuid', traceId }
}

function fromHex(text: string): Reading | undefined {
  const digits = /^(?:0x)?([0-9a-f]{1,32})$/i.exec(text)?.[1]?.toLowerCase()
  return digits === undefined ? undefined : fromDigits(digits, 'hex', digits)
}

function fromDecimal(text: string): Reading | undefined {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 1n << 64n) return undefined
  return fromDigits(BigInt(text).toString(16).padStart(16, '0'), 'decimal')
}

/** 8 or 16 bytes, either alphabet, with or without padding. */
function fromBase64(text: string): Reading | undefined {
  if (!/^([A-Za-z0-9+/_-]{11}=?|[A-Za-z0-9+/_-]{22}(==)?)$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  // Buffer ignores stray bits; text that does not round-trip is not the base64 of an id.
  const canonical = text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')
  if (bytes.toString('base64').replaceAll('=', '') !== canonical) return undefined
  return fromDigits(bytes.toString('hex'), 'base64')
}
