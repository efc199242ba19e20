import { Failure } from '../errors.ts'
import { safeText } from '../safe-text.ts'

/**
 * A span or trace id as a person gave it.
 * - `span`: only a span id is known. - `trace`: a trace id, with `spanId` where the text gave both (`traceparent`).
 * - `either`: 64 bits that may be a span id or the low half of a trace id; both fields hold the same digits.
 */
export interface TraceReference {
  readonly kind: 'span' | 'trace' | 'either'
  readonly form: 'hex' | 'decimal' | 'base64' | 'uuid' | 'traceparent' | 'url'
  /** 16 lower-case hex digits. */
  readonly spanId?: string
  /** 32 lower-case hex digits, or 16 where only the low half is known. */
  readonly traceId?: string
  /** The hex digits as given (lower case, not padded), for back ends that want them that way. */
  readonly digits?: string
  /** Other readings of the same text, likeliest first: sixteen decimal digits are hex digits too. */
  readonly alternatives: readonly TraceReference[]
}

type Reading = Omit<TraceReference, 'alternatives'>

const URL_SPAN_PARAMETER = 'span_guid'

/**
 * Reads a span or trace id in any form tools print one. Failure `usage` when the text is none of them.
 * Where a text can be read in two ways hex wins, except for 17 to 20 decimal digits that fit 64 bits: those are what
 * Lightstep's and Datadog's SDKs log, and no tool prints a trace id of that length.
 */
export function parseSpanOrTraceId(text: string): TraceReference {
  const trimmed = text.trim().replace(/^(["'])(.*)\1$/, '$2')
  if (/^https?:\/\//i.test(trimmed)) return { ...fromUrl(trimmed), alternatives: [] }
  const readings = [fromTraceparent, fromUuid, fromHex, fromDecimal, fromBase64]
    .map((read) => read(trimmed))
    .filter((reading) => reading !== undefined)
  if (readings[0]?.form === 'hex' && readings[1]?.form === 'decimal' && trimmed.length > 16) {
    readings.splice(0, 2, readings[1], readings[0])
  }
  const [first, ...others] = readings
  if (!first) throw notAnId(`"${safeText(trimmed, 80)}" is not a span or trace id`)
  return { ...first, alternatives: others.map((other) => ({ ...other, alternatives: [] })) }
}

function notAnId(message: string): Failure {
  return new Failure('usage', message, {
    hint: 'Give a span id or a trace id as hex (16 or 32 digits), decimal, base64 or UUID, a traceparent, or the URL of a trace in Jaeger, Grafana, Zipkin or Lightstep.',
  })
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex)
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; later versions may append fields. */
function fromTraceparent(text: string): Reading | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/i.exec(text)
  const [traceId, spanId] = [match?.[1]?.toLowerCase(), match?.[2]?.toLowerCase()]
  if (!traceId || !spanId || isZero(traceId) || isZero(spanId)) return undefined
  return { kind: 'trace', form: 'traceparent', traceId, spanId }
}

function fromUuid(text: string): Reading | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined
  const traceId = text.replaceAll('-', '').toLowerCase()
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

/** Bytes give the width of an id, and so do more than 16 hex digits; fewer digits may lack leading zeros. */
function fromDigits(hex: string, form: Reading['form'], digits?: string): Reading | undefined {
  if (isZero(hex)) return undefined
  const given = digits === undefined ? {} : { digits }
  if (hex.length > 16) return { kind: 'trace', form, traceId: hex.padStart(32, '0'), ...given }
  const id = hex.padStart(16, '0')
  return { kind: 'either', form, spanId: id, traceId: id, ...given }
}

/**
 * The one id in the address of a page or an API: Lightstep's `span_guid=`, a part of the path (Jaeger `/trace/ID`,
 * Zipkin `/zipkin/traces/ID`, Tempo `/api/v2/traces/ID`), or a value of the query, as JSON too (Grafana Explore's
 * `panes=`). The URL is not echoed: query strings of internal tools have been seen to carry session tokens.
 */
function fromUrl(text: string): Reading {
  if (!URL.canParse(text)) throw notAnId('this is not an address')
  const { pathname, searchParams, hash } = new URL(text)
  const guid = searchParams.get(URL_SPAN_PARAMETER)
  if (guid !== null) {
    const reading = fromHex(guid) ?? fromDecimal(guid)
    if (!reading?.spanId) throw notAnId(`this address has no ${URL_SPAN_PARAMETER}= with a span id`)
    const given = reading.digits === undefined ? {} : { digits: reading.digits }
    return { kind: 'span', form: 'url', spanId: reading.spanId, ...given }
  }
  const texts = [...pathname.split('/'), ...[...searchParams.values(), hash].flatMap(words)]
  for (const length of [32, 16]) {
    const hex = texts.filter((part) => part.length === length && /^[\da-f]+$/i.test(part))
    const [id, another] = new Set(hex.map((one) => one.toLowerCase()))
    // Of two ids nobody knows which one is meant.
    const reading = id === undefined || another !== undefined ? undefined : fromDigits(id, 'url', id)
    if (reading) return reading
    if (another !== undefined) break
  }
  throw notAnId('this address holds no trace id, or more than one')
}

const words = (text: string): string[] => text.split(/[^\w-]+|\.\.\./)
