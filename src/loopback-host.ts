/**
 * Whether the host of a URL is loopback, by name or address (RFC 6761 §6.3, RFC 4291 §2.5.3). The callers have different
 * policies. Settings may use plain http then (settings/urls.ts), and no proxy is used (system/http/http.ts). A provider's
 * metadata may name loopback only when its issuer is on loopback too, against SSRF (session/documents/metadata.ts).
 */
export const isLoopback = (url: URL): boolean =>
  url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname)

/** Whether data to a URL is safe on the way: https, or http that does not leave this machine. */
export const isHttpsOrLoopback = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))

/**
 * The path of a URL for a log. On loopback a first part as long as the secret of `ls-auth proxy` is taken for one. A reader of
 * the log must not be able to ask through the proxy.
 */
export const pathForLog = (url: URL): string =>
  isLoopback(url) ? url.pathname.replace(/^\/[\w-]{43}(?=\/|$)/, '/…') : url.pathname
