/** A JWT, or the beginning of one: `{"` in base64url, and more than a word has. */
const JWT = /eyJ[\w.-]{8,}/g
/** What stands behind the scheme, unless it may be words. */
const BEARER = /\bbearer +(?=\S*\d)\S{16,}/i

/** Whether a text that is for a log has a token in it: somebody has pasted a header. */
export const holdsToken = (text: string): boolean => text.search(JWT) >= 0 || BEARER.test(text)

/** The text for a log. Somebody will put a token in a path one day. */
export const withoutTokens = (path: string): string => path.replace(JWT, '(hidden)')
