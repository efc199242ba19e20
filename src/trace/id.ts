import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'

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

/** Values of headers that carry a trace from one service to the next. */
function fromHeaderValue(text: string): Reading | undefined {
  return fromTraceparent(text) ?? fromB3(text) ?? fromXRay(text) ?? fromUberTraceId(text)
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; later versions may append fields. */
function fromTraceparent(text: string): Reading | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('traceparent', match[1], match[2]) : undefined
}

/** The single header of B3: `{trace id}-{span id}-{sampling}-{parent span id}`, the last two optional. */
function fromB3(text: string): Reading | undefined {
  const match = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(-[01d](-[0-9a-f]{16})?)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

/** AWS X-Ray: `1-{8 digits of time}-{24 digits}`, in its header with `Root=` before and `Parent=` behind. */
function fromXRay(text: string): Reading | undefined {
  const match = /^(?:Self=[^;]*;)?(?:Root=)?1-([0-9a-f]{8})-([0-9a-f]{24})(;.*)?$/i.exec(text)
  if (!match) return undefined
  const trace = `${match[1]}${match[2]}`
  const span = /;Parent=([0-9a-f]{16})(?:;|$)/i.exec(match[3] ?? '')?.[1]
  return span === undefined ? fromDigits(trace.toLowerCase(), 'header') : fromBoth('header', trace, span)
}

/** Jaeger's `uber-trace-id`: `{trace id}:{span id}:{parent id}:{flags}`, leading zeros left out. */
function fromUberTraceId(text: string): Reading | undefined {
  const match = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

const AROUND = /^(?:"(.*)"|'(.*)'|`(.*)`|\[(.*)\]|\((.*)\)|<(.*)>|\{(.*)\})$/s

/**
 * The name of a field or header before an id: `trace_id=`, `"traceId": `, `Trace ID: `, `X-B3-TraceId: `. Not a host before its port:
 * `trace-ui:16686/trace/…`. Bounded: a text may repeat the words.
 */
const LABEL =
  /^["'`]?(?:[\w.-]{0,40}(?:trace|span)(?:[\w.-]{0,40}| id)|b3|root)["'`]?\s*(?:=|:(?!\d{1,5}\/))\s*/i

/** An X-Ray header begins with a field of its own, which belongs to its value. */
const IS_ROOT = /^root=/i

/** Invisible characters, and the byte order mark: chats and editors put it between words. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g
/** Quotes of JSON in a text of JSON, in which each level puts backslashes before them. */
const BACKSLASH = /\\(?=[\\"'`])/g

/** A text with the quotes of a programmer, and without invisible characters. */
export const plain = (text: string): string =>
  text
    .replace(INVISIBLE, '')
    .replace(BACKSLASH, '')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛‹›]/g, "'")

/** A text without what stands around an id: brackets, quotes, the name of a field, punctuation. */
function unwrapped(text: string): string {
  let bare = text.trim()
  // Each step makes it shorter.
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(/[.,;:!?]+$/, '')
    bare = bare.replace(
      AROUND,
      (_, ...inner: (string | undefined)[]) => inner.find((one) => one !== undefined) ?? '',
    )
    if (!IS_ROOT.test(bare)) bare = bare.replace(LABEL, '')
    // A quote or bracket whose other half went with the name of the field.
    bare = bare.replace(/^["'`]|["'`]$/g, '').trim()
  }
  return bare
}

/** What to do where nothing was found by an id that lacks digits: it was read with zeros before it, but rather was cut off. */
export function cutOffHint({ digits }: { readonly digits?: string }): string | undefined {
  if (digits === undefined || digits.length === 16 || digits.length === 32) return undefined
  return `The id has ${digits.length} digits, not 16 or 32, so ls-auth added leading zeros. Copy the whole id.`
}

/**
 * A span or trace id, as one form gives it.
 * - `span`: only a span id is known. - `trace`: a trace id, with `spanId` where the text gave both (a header).
 * - `either`: 64 bits that may be a span id or the low half of a trace id; both fields hold the same digits.
 */
interface Reading {
  readonly kind: 'span' | 'trace' | 'either'
  readonly form: 'hex' | 'decimal' | 'base64' | 'uuid' | 'traceparent' | 'header' | 'url'
  /** 16 lower-case hex digits. */
  readonly spanId?: string
  /** 32 lower-case hex digits, or 16 where only the low half is known. */
  readonly traceId?: string
  /** The hex digits as given (lower case, not padded), for back ends that want them that way. */
  readonly digits?: string
}

const isZero = (hex: string): boolean => /^0+$/.test(hex)

/** Bytes give the width of an id, and so do more than 16 hex digits; fewer digits may lack leading zeros. */
function fromDigits(hex: string, form: Reading['form'], digits?: string): Reading | undefined {
  if (isZero(hex)) return undefined
  const given = digits === undefined ? {} : { digits }
  if (hex.length > 16) return { kind: 'trace', form, traceId: hex.padStart(32, '0'), ...given }
  const id = hex.padStart(16, '0')
  return { kind: 'either', form, spanId: id, traceId: id, ...given }
}

function fromBoth(form: Reading['form'], trace: string, span: string): Reading | undefined {
  if (isZero(trace) || isZero(span)) return undefined
  const traceId = trace.toLowerCase().padStart(trace.length > 16 ? 32 : 16, '0')
  return { kind: 'trace', form, traceId, spanId: span.toLowerCase().padStart(16, '0') }
}

/** Where Lightstep's pages name their span. */
const SPAN_PARAMETER = 'span_guid'
/** Parameters that look like an id of a trace, and are none. */
const NO_IDS = ['trace_handle', 'snapshot_id']
/** A page without its scheme: `tracing.example:16686/trace/…`. Base64 with a slash is shorter. */
const WITHOUT_SCHEME = /^[\w-][\w.-]*(?::\d{1,5})?\/[\w./-]*(?:[?#]\S*)?$/
/** Digits of an id after those of a whole trace id, likeliest first: some tools leave up to three leading zeros out. */
const SHORTER = [[16], [29, 30, 31], [13, 14, 15]]
/** Parameters that hold an id: `trace`, `traceId`, `var-trace`, `id`. Not `from`, `timeHint` or `trace_ts`. */
const OF_AN_ID = /(?:^|[._-])(?:traces?|spans?|ids?)$|(?:trace|span)[._-]?ids?$/i
/** A part of a path behind which an id stands. */
const BEFORE_AN_ID = /trace/i
/** 13 digits are also a time in milliseconds, 16 one in microseconds. */
const MAY_BE_A_TIME = /^\d{13,16}$/
const X_RAY = /^1-([\da-f]{8})-([\da-f]{24})$/i

const addressOf = (text: string): string | undefined => {
  if (/^https?:\/\/\S/i.test(text)) return text
  return WITHOUT_SCHEME.test(text) && text.length > 24 ? `http://${text}` : undefined
}

/**
 * The one id in the address of a page or an API: `span_guid=`, a part of the path (`/trace/ID`, `/api/v2/traces/ID`), or a
 * value of the query. That may be JSON (`panes=` of an Explore page). Else why there is none; the URL is not echoed: query
 * strings of internal tools have been seen to carry session tokens.
 */
function fromAddress(address: string): Reading | string {
  if (!URL.canParse(address)) return 'this is not an address'
  const url = new URL(address)
  const { pathname, searchParams, hash } = url
  const guid = searchParams.get(SPAN_PARAMETER)
  if (guid !== null) return fromSpanParameter(guid)
  const parts = [
    ...partsOfPath(pathname),
    ...partsOfParameters(searchParams),
    ...partsOfPath(hash.replace(/\?.*/s, '')),
    ...partsOfParameters(new URLSearchParams(hash.replace(/^[^?]*\??/, ''))),
  ]
  const hex = parts.flatMap(hexOf)
  const ofLength = (lengths: readonly number[]) => hex.filter(({ length }) => lengths.includes(length))
  for (const ids of [ofLength([32]), ...SHORTER.map(ofLength)]) {
    const [id, another] = new Set(ids)
    // Of two ids the meant one is unknown.
    if (another !== undefined) break
    const reading = id === undefined ? undefined : fromDigits(id, 'url', id)
    if (reading) return reading
  }
  const other = NO_IDS.find((name) => searchParams.has(name))
  return other === undefined
    ? 'this address holds no trace id, or more than one'
    : `this address holds no trace id: a ${other} is none. Open it, and copy the address of a span there`
}

interface Part {
  readonly text: string
  /** Where it stands says that it is an id. */
  readonly isOfAnId: boolean
}

const split = (text: string): string[] => text.split(/[^\w-]+|\.\.\./)

function partsOfPath(path: string): Part[] {
  const texts = split(path)
  const trace = texts.findIndex((text) => BEFORE_AN_ID.test(text))
  return texts.map((text, i) => ({ text, isOfAnId: trace !== -1 && i > trace }))
}

function partsOfParameters(parameters: URLSearchParams): Part[] {
  return [...parameters].flatMap(([name, value]) =>
    split(value).map((text) => ({ text, isOfAnId: OF_AN_ID.test(name) })),
  )
}

function hexOf({ text, isOfAnId }: Part): string[] {
  if (MAY_BE_A_TIME.test(text) && !isOfAnId) return []
  const digits = text.replace(X_RAY, '$1$2')
  return /^[\da-f]+$/i.test(digits) ? [digits.toLowerCase()] : []
}

function fromSpanParameter(guid: string): Reading | string {
  const digits = /^[\da-f]{1,16}(?![\da-f])/i.exec(guid)?.[0].toLowerCase()
  const reading = digits === undefined ? undefined : fromDigits(digits, 'url', digits)
  if (!reading?.spanId) return `this address has no ${SPAN_PARAMETER}= with a span id`
  return { kind: 'span', form: 'url', spanId: reading.spanId, digits: digits ?? '' }
}
