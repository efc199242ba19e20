/** What a request asks for, still percent-encoded as it came. */
export interface RequestTarget {
  /** Begins with "/". */
  readonly path: string
  /** With its "?", or empty. */
  readonly query: string
}

/** RFC 3986 §3.3 without ";": some servers take `..;` for `..`. */
const PATH = /^(\/[\w\-.~!$&'()*+,=:@%]*)+$/
const QUERY = /^[\x21-\x22\x24-\x7e]*$/
/** All but slash, backslash, dot, semicolon and control characters, which decide what a path means. */
const MEANINGLESS = /[^/\\.;\p{Cc}]/gu
/** Nobody encodes a path so often, and each time costs. */
const MOST_DECODINGS = 8

/**
 * Reads the target of a request line in origin form (RFC 9112 §3.2.1). Undefined for all that two servers may read in two
 * ways: another form, an empty, dot or encoded segment, a fragment, a broken percent-encoding.
 */
export function readTarget(target: string): RequestTarget | undefined {
  const [, path = '', query = ''] = /^([^?]*)(\?[\s\S]*)?$/.exec(target) ?? []
  if (!PATH.test(path) || !QUERY.test(query) || !isDecodable(path) || hidesMeaning(path)) return undefined
  if (path.includes('//') || path.split('/').some((segment) => segment === '.' || segment === '..'))
    return undefined
  return { path, query }
}

/** Decodes a path until nothing changes, as servers in a row might, and looks for what was not there before. */
function hidesMeaning(path: string): boolean {
  let plain = path
  for (let round = 0; round < MOST_DECODINGS; round += 1) {
    const before = plain
    plain = before.replace(/%([0-7][\da-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (plain !== before) continue
    const isSame = plain.replace(MEANINGLESS, '') === path.replace(MEANINGLESS, '')
    return !isSame || !isDecodable(plain.replace(/%(?![\da-f]{2})/gi, '%25'))
  }
  return true
}

/** False for a percent sign without two digits, and for what is no UTF-8, such as a slash in too many bytes. */
function isDecodable(path: string): boolean {
  try {
    // The value is used: a bundler takes the call for pure, and removes it with a value that is not.
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}
