import { fromDigits, type Reading } from './reading.ts'

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
/** 64 bits as decimals, as Datadog writes them. */
const DECIMAL = /^\d{17,20}$/
const X_RAY = /^1-([\da-f]{8})-([\da-f]{24})$/i

/** A text that begins with a scheme is one address. */
export const isAddress = (text: string): boolean => /^https?:\/\/\S/i.test(text)

/** The addresses in a text: with their schemes, or the text where it can only be one. */
export function addressesIn(text: string): string[] {
  if (isAddress(text)) return [text]
  const addresses = text.match(/https?:\/\/\S+/gi)
  if (addresses !== null) return addresses
  return WITHOUT_SCHEME.test(text) && text.length > 24 ? [`http://${text}`] : []
}

/** The one id in some addresses; else why there is none. Undefined: there is no address. */
export function fromAddresses(addresses: readonly string[]): Reading | string | undefined {
  const read = addresses.map(fromAddress)
  const found = read.filter((reading) => typeof reading === 'object')
  const [id, another] = new Set(found.map(({ traceId, spanId }) => `${traceId} ${spanId}`))
  if (another !== undefined) return 'these addresses are of more than one trace'
  return id === undefined ? read[0] : found[0]
}

/**
 * The one id in the address of a page or an API: `span_guid=`, a part of the path (`/trace/ID`, `/api/v2/traces/ID`), or
 * a value of the query, as JSON too (`panes=` of an Explore page). Else why there is none; the URL is not echoed: query
 * strings of internal tools have been seen to carry session tokens.
 */
function fromAddress(address: string): Reading | string {
  if (!URL.canParse(address)) return 'this is not an address'
  const url = new URL(address)
  const { pathname, searchParams, hash } = url
  const guid = searchParams.get(SPAN_PARAMETER)
  if (guid !== null) return fromSpanParameter(guid, projectPage(url))
  const parts = [
    ...partsOfPath(pathname),
    ...partsOfParameters(searchParams),
    ...partsOfPath(hash.replace(/\?.*/s, '')),
    ...partsOfParameters(new URLSearchParams(hash.replace(/^[^?]*\??/, ''))),
  ]
  const hex = parts.flatMap(hexOf)
  const ofLength = (lengths: readonly number[]) => hex.filter(({ length }) => lengths.includes(length))
  for (const ids of [ofLength([32]), parts.flatMap(decimalOf), ...SHORTER.map(ofLength)]) {
    const [id, another] = new Set(ids)
    // Of two ids nobody knows which one is meant.
    if (another !== undefined) break
    const reading = id === undefined ? undefined : fromDigits(id, 'url', id)
    if (reading) return reading
  }
  const other = NO_IDS.find((name) => searchParams.has(name))
  return other === undefined
    ? 'this address holds no trace id, or more than one'
    : `this address holds no trace id: a ${other} is none. Open it, and copy the address of a span there`
}

/** A piece of an address that may be an id. */
interface Part {
  readonly text: string
  /** Where it stands says that it is an id. */
  readonly isOfAnId: boolean
  /** It stands right behind `/trace/`. */
  readonly isOfATrace: boolean
}

const split = (text: string): string[] => text.split(/[^\w-]+|\.\.\./)

function partsOfPath(path: string): Part[] {
  const texts = split(path)
  const trace = texts.findIndex((text) => BEFORE_AN_ID.test(text))
  return texts.map((text, i) => ({
    text,
    isOfAnId: trace !== -1 && i > trace,
    isOfATrace: /^traces?$/i.test(texts[i - 1] ?? ''),
  }))
}

function partsOfParameters(parameters: URLSearchParams): Part[] {
  return [...parameters].flatMap(([name, value]) =>
    split(value).map((text) => ({ text, isOfAnId: OF_AN_ID.test(name), isOfATrace: false })),
  )
}

function hexOf({ text, isOfAnId }: Part): string[] {
  if (MAY_BE_A_TIME.test(text) && !isOfAnId) return []
  const digits = text.replace(X_RAY, '$1$2')
  return /^[\da-f]+$/i.test(digits) ? [digits.toLowerCase()] : []
}

/** Only behind `/trace/`: elsewhere it may be a time in nanoseconds, or a number of anything. */
function decimalOf({ text, isOfATrace }: Part): string[] {
  if (!isOfATrace || !DECIMAL.test(text) || BigInt(text) >= 1n << 64n) return []
  return [BigInt(text).toString(16).padStart(16, '0')]
}

/** As a page whose path begins with a project; undefined for one without a path. */
function projectPage({ host, pathname }: URL): Reading['page'] {
  const project = /^\/([^/]+)\/./.exec(pathname)?.[1]
  if (project === undefined) return undefined
  try {
    return { host, project: decodeURIComponent(project) }
  } catch {
    return undefined
  }
}

function fromSpanParameter(guid: string, page: Reading['page']): Reading | string {
  const digits = /^[\da-f]{1,16}(?![\da-f])/i.exec(guid)?.[0].toLowerCase()
  const reading = digits === undefined ? undefined : fromDigits(digits, 'url', digits)
  if (!reading?.spanId) return `this address has no ${SPAN_PARAMETER}= with a span id`
  return {
    kind: 'span',
    form: 'url',
    spanId: reading.spanId,
    digits: digits ?? '',
    ...(page !== undefined && { page }),
  }
}
