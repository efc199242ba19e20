/**
 * Where a JWT begins: `{"` in base64url. Not within a word (`surveyJobRunner`), unless the next part begins so, too; behind
 * `%20` it isn't a word, although a letter or a digit stands before it.
 */
const BEGIN = /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?=eyJ[\w-]+\.eyJ))eyJ/.source
/** A JWT, or the beginning of one. */
const JWT = new RegExp(`${BEGIN}[\\w.-]{8,}`, 'g')
/** The same where a text is refused for it: a second part, or more than a word has. */
const SURE_JWT = new RegExp(`${BEGIN}(?:[\\w-]{8,}\\.[\\w-]|[\\w-]{16})`)
/** What stands behind the scheme, where it looks random: letters behind digits, twice. `INC-2026-000123456` does not. */
const BEARER = /\bbearer +(?=[\w.~+/=-]{16})(?:[\w.~+/=-]*?\d[a-z]){2}/i

/** Whether a text for a log has a token in it, as of a pasted header. */
export const holdsToken = (text: string): boolean => SURE_JWT.test(text) || BEARER.test(text)

/** The text for a log. A person will put a token in a path one day. */
export const withoutTokens = (path: string): string => path.replace(JWT, '(hidden)')

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
