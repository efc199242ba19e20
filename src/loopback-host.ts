/**
 * Whether a URL names this very machine, by name or literal (RFC 6761 §6.3, RFC 4291 §2.5.3). What follows from it
 * differs: our own settings may then speak plain http (settings/urls.ts), a provider may only when it is here itself,
 * for it must not send us to our own ports (session/protocol/metadata.ts).
 */
export const isLoopback = (url: URL): boolean =>
  url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname)
