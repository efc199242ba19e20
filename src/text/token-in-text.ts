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
