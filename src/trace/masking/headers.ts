// Headers as they stand in a text: `Authorization: Digest username="ada", …`, `Cookie: a=1; sid="…"`.

/** A part of a header up to the end of its line. Quotes within stand behind a sign. */
const LINE =
  /(?:[^\n\r"'\\]|(?<=[=:{,[(][ \t]{0,2})\\{0,16}["'](?!\s{0,8}[,:}\]])(?:[^"'\n\\]{0,512}\\{0,16}["'])?|\\(?![nr"'\\])|(?<=[A-Za-z])'(?=[a-z]))*/
    .source
const SCHEMES =
  /Token|Api-Token|Negotiate|NTLM|A[Pp][Ii]-?[Kk]ey|DPoP|SSWS|GenieKey|Splunk|Digest|OAuth|Hawk|AWS4-[A-Z\d-]{1,32}/
    .source
/** Words, codes of errors, classes, paths and names of pods are no secrets: `ERR_AUTH_1042`, `org.acme.OAuth2Filter`. */
const WORD =
  /(?:[A-Z]{0,5}[a-z]{2,64}\d{0,4}(?:[A-Z]{1,5}[a-z]{1,64}\d{0,4}){0,16}|[A-Z]{1,16}\d{0,8}|[A-Za-z]\d{1,3}(?:(?:alpha|beta)\d)?|\d{1,12}[a-z]{0,2})/
    .source
const NO_SECRET = `(?:${WORD}(?:[._/-]{1,2}${WORD}){0,16}\\.?|[a-z]{2,64}(?:-[a-z\\d]{1,10}){1,16})(?![\\w.+/~-])`

/** Each alternative stands behind `Authorization: `. */
const CREDENTIALS = [
  // Schemes as they are written: any value may follow, and it goes to the end of the line.
  `(?:${SCHEMES}|SharedKey(?:Lite)?|sso-key)\\s(?=[^\\n\\r"'\\\\]|\\\\{0,16}["']\\w)(?:\\\\{0,16}["']\\w[^"'\\n]{0,512}\\\\{0,16}["']|${LINE})`,
  // Schemes with members, in any case.
  `(?:\\w{3,9}|[Aa][Ww][Ss]4-[\\w-]{1,32})\\s{1,8}(?=(?:username|realm|nonce|uri|id|key[iI]d|oauth_\\w{1,32}|ts)=\\\\{0,16}["']|[Cc]redential=)${LINE}`,
  // Behind these little else is written.
  `(?:[Bb]earer|[Bb]asic|[Tt]oken|[Aa]pi-?[Kk]ey)\\s{1,8}(?!${NO_SECRET})(?=[\\w.+/~:-]{0,128}?\\d)[\\w.+/~:-]{6,4096}={0,2}(?=["'\\s]|$)`,
  // One word behind any scheme or none, that is none of English.
  `(?:[A-Za-z][\\w-]{0,39}[ \\t]{1,8})?(?!/|https?:|HTTP/|${NO_SECRET})(?=[\\w.+/~:-]{0,128}?(?:\\d|[a-z][A-Z]))[\\w.+/~:-]{12,4096}={0,2}(?=["'\`\\\\\\])};,\\s]|$)`,
].join('|')

const header = (name: string, value: string): RegExp =>
  new RegExp(`((?:\\b|(?<=\\\\[nrt]))(?:${name}):\\s{0,3}(?:\\\\{0,16}["'](?=\\w))?)(?:${value})`, 'g')

export const AUTHORIZATION = header('[Aa]uthorization|AUTHORIZATION', CREDENTIALS)
/** Not `cookie: none`. */
export const COOKIE = header('[Cc]ookie|COOKIE', `(?=[\\w.%-]{1,128}=)${LINE}`)
