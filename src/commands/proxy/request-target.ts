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
/** Slash, backslash, dot and control characters, encoded once or twice. */
const HIDDEN = /%(25)*(2f|5c|2e|[01][\da-f]|7f)/i

/**
 * Reads the target of a request line in origin form (RFC 9112 §3.2.1). Undefined for all that two servers may read in two
 * ways: another form, an empty, dot or encoded segment, a fragment, a broken percent-encoding.
 */
export function readTarget(target: string): RequestTarget | undefined {
  const [, path = '', query = ''] = /^([^?]*)(\?[\s\S]*)?$/.exec(target) ?? []
  if (!PATH.test(path) || !QUERY.test(query) || HIDDEN.test(path)) return undefined
  if (path.includes('//') || path.split('/').some((segment) => segment === '.' || segment === '..'))
    return undefined
  return isDecodable(path) ? { path, query } : undefined
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
