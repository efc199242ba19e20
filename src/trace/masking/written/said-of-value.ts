// In place of a value, logs say something of it: `refresh_token: rotated`.

/** What is said of a token, also before a comma or at the end of a sentence. */
export const STATE =
  /(?:rotated|(?:in)?valid(?:ated)?|missing|expired|not found|revoked|refreshed|none|null|undefined|present|absent|empty|true|false|ok)\.?(?:[\s,;)]|$)/

const ONLY_STATE = new RegExp(`^${STATE.source}$`, 'i')

/** `too_short`, `not-found`. Four words are as often a passphrase, and a very long one is none. */
const RULE = /^[a-z]{1,16}(?:[_-][a-z]{1,16}){0,2}$/

/** The name of a variable, not its value. */
const VARIABLE = /^[A-Z][A-Z_]{1,63}$/

/** Whether an item of a list behind a name says something of the value, and is none itself. */
export const isSaidOfValue = (item: string): boolean =>
  ONLY_STATE.test(item) || RULE.test(item) || VARIABLE.test(item)
