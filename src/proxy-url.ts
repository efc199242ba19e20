/**
 * The URL of an HTTP proxy as people set it: `host:port` is plain http, as to curl and Go. Undefined: it is none, or its user
 * name or password has a broken percent-escape, which would be an unexpected error later on.
 */
export function proxyUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`)
    const decoded = decodeURIComponent(url.protocol + url.username + url.password)
    return /^https?:/.test(decoded) ? url : undefined
  } catch {
    return undefined
  }
}
