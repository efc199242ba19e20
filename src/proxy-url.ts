/** With a scheme, also as `http:host:port` and `http:/host:port` (WHATWG URL). `http:3128` is a host called so, with its port. */
const isWhole = (text: string): boolean => text.includes('://') || /^https?:(?!\d+\/?$)/i.test(text)

/**
 * The URL of an HTTP proxy as people set it: `host:port` is plain http, as to curl and Go. Undefined: it isn't one, or its user
 * name or password has a broken percent-escape, an unexpected error later on. Also with an `@` behind the host: then the
 * password holds an unescaped `/`, `?` or `#`, and the part before that would be shown as the host.
 */
export function proxyUrl(text: string): URL | undefined {
  try {
    const url = new URL(isWhole(text) ? text : `http://${text}`)
    const decoded = decodeURIComponent(url.protocol + url.username + url.password)
    const isCut = (url.pathname + url.search + url.hash).includes('@')
    return /^https?:/.test(decoded) && !isCut ? url : undefined
  } catch {
    return undefined
  }
}
