import { fromDigits, type Reading } from './reading.ts'

/** Where Lightstep's pages name their span. */
const SPAN_PARAMETER = 'span_guid'
/** A page without its scheme: `tracing.example:16686/trace/…`. Base64 with a slash is shorter. */
const WITHOUT_SCHEME = /^[\w-][\w.-]*(?::\d{1,5})?\/[\w./-]*(?:[?#]\S*)?$/
/** Digits of an id, likeliest first: some tools leave up to three leading zeros out. */
const LENGTHS = [[32], [16], [29, 30, 31], [13, 14, 15]]

/** The text as an address: with its scheme, or such that it can only be one; undefined when it is none. */
export function addressIn(text: string): string | undefined {
  const [address] = /https?:\/\/\S+/i.exec(text) ?? []
  if (address !== undefined) return /^https?:/i.test(text) ? text : address
  return WITHOUT_SCHEME.test(text) && text.length > 24 ? `http://${text}` : undefined
}

/**
 * The one id in the address of a page or an API: `span_guid=`, a part of the path (`/trace/ID`, `/api/v2/traces/ID`), or
 * a value of the query, as JSON too (`panes=` of an Explore page). Else why there is none; the URL is not echoed: query
 * strings of internal tools have been seen to carry session tokens.
 */
export function fromAddress(address: string): Reading | string {
  if (!URL.canParse(address)) return 'this is not an address'
  const { pathname, searchParams, hash } = new URL(address)
  const guid = searchParams.get(SPAN_PARAMETER)
  if (guid !== null) return fromSpanParameter(guid)
  const texts = [pathname, ...searchParams.values(), hash].flatMap((text) => text.split(/[^\w-]+|\.\.\./))
  for (const lengths of LENGTHS) {
    const hex = texts.filter((part) => lengths.includes(part.length) && /^[\da-f]+$/i.test(part))
    const [id, another] = new Set(hex.map((one) => one.toLowerCase()))
    // Of two ids nobody knows which one is meant.
    if (another !== undefined) break
    const reading = id === undefined ? undefined : fromDigits(id, 'url', id)
    if (reading) return reading
  }
  return 'this address holds no trace id, or more than one'
}

function fromSpanParameter(guid: string): Reading | string {
  const digits = /^[\da-f]{1,16}(?![\da-f])/i.exec(guid)?.[0].toLowerCase()
  const reading = digits === undefined ? undefined : fromDigits(digits, 'url', digits)
  if (!reading?.spanId) return `this address has no ${SPAN_PARAMETER}= with a span id`
  return { kind: 'span', form: 'url', spanId: reading.spanId, digits: digits ?? '' }
}
