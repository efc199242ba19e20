const HOST = String.raw`(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?\/`
const SECRET = String.raw`[\w-]{43}(?![\w-])`
const ADDRESS = new RegExp(`^(${HOST})${SECRET}(?=/|$)`, 'i')
/** A text that was cut holds the beginning of it. */
const IN_TEXT = new RegExp(`(?<![\\w.:/-])(${HOST})(?:${SECRET}|[\\w-]+…)`, 'gi')

/**
 * The address of an API for people and files, without the secret of a local proxy. That is, on loopback, a first part of the
 * path as long as that secret. The text need not be a URL.
 */
export const withoutSecret = (address: string): string => address.replace(ADDRESS, '$1…')

/** The same for each address in a text, as in a hint that repeats typed text. */
export const withoutSecrets = (text: string): string => text.replace(IN_TEXT, '$1…')

/** Whether a word may be a key that was pasted in the wrong place, such as `glsa_…` or a JWT: long, with letters and digits. */
export const looksLikeToken = (word: string): boolean =>
  word.length >= 20 && /^[\w.~+/=-]+$/.test(word) && /\d/.test(word) && /[a-z]/i.test(word)
