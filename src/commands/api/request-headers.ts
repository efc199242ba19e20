import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'

/**
 * Who asks, where, where a request ends, and the compressions that can be read here: never the caller's business. The tenant
 * comes from the profile.
 */
const OURS =
  /^(authorization|proxy-authorization|host|accept-encoding|content-length|transfer-encoding|connection|x-scope-orgid)$/

/** Nobody sets these here, and each would say otherwise who asks, how, or where a request ends. */
const NEVER_SENT =
  /^(cookie|keep-alive|te|trailer|upgrade|expect|x-http-method(-override)?|x-method-override)$/

/** Each has one value, which is no list: two of them joined would be one wrong value (RFC 9110 §5.3). */
const OF_ONE_VALUE =
  /^(content-(type|location|range)|user-agent|referer|from|origin|date|range|if-range|if-(un)?modified-since|max-forwards|traceparent)$/

/**
 * Reads `-H 'Name: value'`, repeated. Names in lower case; the values of one name are joined in their order. Failure `usage`:
 * malformed, a header that is set by us or never sent, or a second value where there can be one.
 */
export function readHeaders(typed: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (const [name, value] of typed.map(readHeader)) {
    const before = headers.get(name)
    if (before !== undefined && OF_ONE_VALUE.test(name)) throw twice(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}

function readHeader(line: string): [string, string] {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? []
  if (name === '') {
    // Redacted: what stands behind the colon may be a secret.
    throw new Failure('usage', `-H: "${safeText(line.split(':', 1)[0] ?? '', 40)}…" is not "Name: value"`, {
      hint: "Write it like -H 'Accept: application/json', in ASCII.",
    })
  }
  if (OURS.test(name.toLowerCase())) throw isOurs(name)
  if (NEVER_SENT.test(name.toLowerCase())) throw isNeverSent(name)
  return [name.toLowerCase(), value.trimEnd()]
}

/** Refuses the header that the profile's token is sent in. Failure `usage`. */
export function requireTokenHeader(headers: Readonly<Record<string, string>>, tokenHeader: string): void {
  if (headers[tokenHeader.toLowerCase()] !== undefined) throw isOurs(tokenHeader)
}

const isOurs = (name: string): Failure =>
  new Failure('usage', `-H: ${name} is set by ls-auth`, {
    hint: 'Leave it out. The token, the host and the tenant come from the profile.',
  })

const isNeverSent = (name: string): Failure =>
  new Failure('usage', `-H: ${name} is never sent`, {
    hint: 'Leave it out. The token alone says who asks, and -X the method; where a request ends is not for a header to say.',
  })

const twice = (name: string): Failure =>
  new Failure('usage', `-H: ${name} is given twice`, {
    hint: 'This header has one value. Leave out the other.',
  })
