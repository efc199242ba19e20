import { keptOf, keptOfWritten, MASKED } from './kept-value.ts'
import { maskRecognised } from './patterns.ts'
import { isOfMany, isSensitive, isSetting, isStatement, memoized, wordsOf } from './sensitive-keys.ts'
import { GAP, maskBehind, type Rule } from './value.ts'

const shown = (): string => MASKED

const NUMBER = /-?\d[\d.]*(?:e[+-]?\d+)?/iy

/** A name without the escapes of JSON. */
const unescaped = (name: string): string =>
  name.replace(/\\+u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const isMeant = (name: string): boolean => isSensitive(unescaped(name))

const shownOfMember = (value: string, name: string): string =>
  /^(?:\d+|\[\s*\])$/.test(value) && isOfMany(name)
    ? value
    : (keptOfWritten(unescaped(name), value) ?? MASKED)

const shownOfItem = (value: string, name: string): string =>
  isSetting(name, value.replace(/^\[|\]$/g, '')) || /^(?:null|true|false|none|undefined)$/i.test(value)
    ? value
    : shownOfMember(value, name)

/** What is said of a token in place of its value: `refresh_token: rotated`. */
const STATE =
  '(?:rotated|(?:in)?valid(?:ated)?|missing|expired|not found|revoked|refreshed|none|null|undefined|present|absent|empty|true|false|ok)\\.?(?:[\\s,;)]|$)'
/** A token by its kind: the value of a mere `…_token` is as often no secret. `invalid_token` is an error of OAuth. */
const KIND_OF_TOKEN =
  '(?:access|api|private|vault|hub|lab|auth|refresh|(?<!val|pa|ra|mandatory[_-])id|session|security|bearer|csrf|xsrf)'
/** Parsers say `token: ` and `token=)`, code says `token==`, and statements say `token=$1`. Ruby writes `:token=>"…"`. */
const TOKEN = /token(?==(?![=>]|[)?](?!\w)|\$\d{0,2}(?![\w$]))|=>\\*["'[{])/.source
const KEY = '(?:api|access|private|secret|auth)[_-]?key'
const NAME = `password|passwd|pwd|secret|samlresponse|phpsessid|jsessionid|connect\\.sid|${KEY}|${KIND_OF_TOKEN}[_-]?token|${TOKEN}`
/** Not `==`, which compares. YAML writes lists and comments on the lines behind a name. */
const DIVIDER = `(?:\\\\*["']){0,2}\\s{0,3}(?:=>|:=|:(?!\\s{0,3}${STATE})|=(?!=))(?!\\s{0,3}(?:\\\\{1,8}[rn])?[ \\t]{0,8}[-#]\\s)\\s{0,3}`
/** Without brackets or quotes many are a sentence: `passwords: do not match`. */
const MANY = `(?:passwords|${KEY}s|${KIND_OF_TOKEN}[_-]?tokens)${DIVIDER}(?=(?!\\[\\s{0,3}\\])\\\\*["'[(])`
/** What may stand before a value: tags of YAML, and the scheme of a header. */
const BEFORE_VALUE = '(?:[!&][\\w!]{1,32}[ \\t]{1,8}){0,3}(?:(?:basic|bearer)[ \\t]{1,3}(?=[\\w.~+/=-]{12}))?'
const FLAG = `--[\\w-]{0,32}(?:token|secret|password|passwd|passphrase|pwd|${KEY.replaceAll('_', '-_')})`
/** Names of people and of what is no secret by its name alone: `["email","asc"]`. */
const AMBIGUOUS =
  /(?:^|\.)(?:e?mail|(?:tele)?phone|session|user\.?name|(?:first|last|full|login|nick)\.?name)$/

/** Whether a pair holds no secret. */
export const isOfWords = (name: string, value: string): boolean =>
  isSetting(name, value) ||
  (AMBIGUOUS.test(wordsOf(name)) && /^(?:[bu]?\\*["'])?[a-z][a-z ._]{0,63}(?:\\*["'])?$/i.test(value))

const QUOTE = `\\\\{0,16}["']{0,2}`
const OPENING = `[bu]?\\\\{0,16}["']`
const IS = `${QUOTE}${GAP}(?:=>|[:=])${GAP}`
/** An item says its name in one member, and its value in another one: others may stand between the two. */
const ITEM = `(?<![\\w.-])(?:name|key|k|header)${IS}[bu]?${QUOTE}([\\w.:-]{1,128})${QUOTE}(?=[\\s,;\\\\])(?:[,;]?${GAP}${QUOTE}(?!value|val|v\\b|name|key)\\w{1,32}${IS}${QUOTE}[^\\s"',;{}=]{0,128}${QUOTE}){0,3}[,;]?${GAP}${QUOTE}(?:value|val|v|content|values(?=${IS}\\[))${IS}`
const MEMBER = { bare: NUMBER, isMeant, shown: shownOfMember }

/** `--token=…`, `--password …`, `"--password", "…"`. A text that begins with a dash is taken for the next flag. */
export const FLAGS: Rule = {
  needs: /--/,
  begins: new RegExp(`${FLAG}(?:=|\\s{1,32}(?![-\\s])|\\\\*["'],\\s{0,3}(?=\\\\*["'][^-]|-?\\d))`, 'gi'),
  bare: /[^\s"'\\,\]]{1,4096}|[,\]](?![\s\]])|\\+(?!["'\\])/y,
  shown,
}

/** In their order: what a later rule finds may stand in a value that an earlier one has masked. */
const RULES: readonly Rule[] = [
  // `"token": "…"`, `"sessionId": 7`: a name is judged as that of an attribute.
  {
    ...MEMBER,
    needs: /"\s{0,32}(?:=>|:)/,
    begins: /"((?=[^"])[^"\\]{0,128}(?:\\{1,16}[^"\\]{1,128}){0,128})(?:\\*"){1,2}\s{0,32}(?:=>|:)\s{0,32}/g,
  },
  // `'phone': '…'`, as Python and Ruby write it. Not in prose: `Invalid field 'phone': …`.
  {
    ...MEMBER,
    needs: /'\s{0,32}(?:=>|:)/,
    begins: /(?<=(?:[{,(]|^)(?:\s|\\+[nrt]){0,32}[bu]?)'([^'"\\]{1,128})\\*'\s{0,32}(?:=>|:)\s{0,32}/gm,
  },
  // `{"name": "Authorization", "value": "…"}`, `name=cookie, value=…`.
  {
    ...MEMBER,
    needs: new RegExp(`(?:\\bv(?:al(?:ues?)?)?|content)${IS}`, 'i'),
    begins: new RegExp(ITEM, 'gi'),
    bare: /[^\s,;&"'\\)\]}]{1,4096}|\\+(?!["'\\nrt])/y,
    shown: shownOfItem,
  },
  // `["cookie", "…"]` in a list of pairs; a pair alone is a list of names, and a third item makes it a row of a table.
  {
    ...MEMBER,
    needs: /[[(](?:\s|\\{1,16}[nrt]){0,32}b?\\{0,16}["']/,
    begins: new RegExp(
      `(?:(?<=(?:\\[|\\],)${GAP})\\[|(?<=(?:[[({]|\\),)${GAP})\\(|\\((?=b["']))${GAP}${OPENING}([^"'\\\\\\s]{1,128})\\\\{0,16}["']${GAP},${GAP}`,
      'g',
    ),
    behind: new RegExp(`${GAP}(?:,?${GAP}[\\])}]|\\\\{0,16}"|$)`, 'y'),
    shown: (value, name) => (isOfWords(name, value) ? value : shownOfMember(value, name)),
  },
  // Go's `map[Authorization:[Bearer …] Accept:[*/*]]`: no value without brackets.
  {
    needs: /map\[/,
    begins: /(?<=map\[|\] )([a-z][\w.-]{0,127}):(?=\[)/gi,
    bare: /$^/y,
    isMeant,
    shown: shownOfItem,
  },
  FLAGS,
  // `<wsse:Password Type="…">…</wsse:Password>`, `<entry key="password">…</entry>`. No `List<Token>`.
  {
    needs: /<\//,
    begins:
      /(?<![\w)\]])<(?:[\w-]{1,32}:)?(?:(?:entry|property|add|param(?:eter)?|setting|variable|env|header|field)\s(?:[^<>]{0,256}?\s)?(?:name|key)=\\{0,16}["']([\w.:-]{1,128})["'\\][^<>]{0,256}|([A-Za-z][\w.-]{0,63})(?:\s[^<>]{0,512}?)?)(?<!\/)>(?:\s{0,64}<!--[^>]{0,256}-->)?/gi,
    bare: /[^<]{1,4096}|<!\[CDATA\[(?:[^\]]|\](?!\]>)){0,4096}\]\]>/y,
    isBareOnly: true,
    behind: /<\\?\//y,
    isMeant,
    shown: (value, name) =>
      value.trim() === '' || isSetting(name, value.trim()) ? value : shownOfItem(value, name),
  },
  // `password=hunter2`, `api_key: "…"`, `passwords=[…]`, `password: token=…`.
  {
    needs: /pass[wp]|pwd|secret|key|token|samlr|sess(?:ion)?id|t\.sid/i,
    begins: new RegExp(`\\b[\\w-]{0,32}(?:(?:(?:${NAME})${DIVIDER}){1,3}${BEFORE_VALUE}|${MANY})`, 'gi'),
    bare: /[^\s,;&"'\\]{1,4096}|\\+(?!["'\\])/y,
    shown,
  },
]

/** Words before `code` with which it lets nobody in. Of OAuth, a `response[code]` does. */
const HARMLESS_CODE = String.raw`status|error|exit|return|result|reason|warning|http|(?<!\bo?auth2?\.)response|short|geo|uni|source|time\.?zone|zip|postal|country|region|state|province|city|area|dial|calling|phone|airport|station|port|locale|language|lang|currency|bank|sort|branch|tax|vat|hs|nace|naics|sic|iso|mcc|icd|unit|dept|department|store|company|customer|product|item|sku|color|colour|size|brand|category|type|article|material|promo|promotion|coupon|discount|voucher|course|event|event\.type|qr|bar|(?:(?:url|uri|html|json|xml|base\d\d)\.?)?(?:de|en)`

/** What names secrets in URLs only: `?code=…` of OAuth, `?sig=…` of Azure, any `…key` that is none of these words. */
const NAMES_IN_URLS = new RegExp(
  `(?:${[
    /token|secret|password|passwd|pwd|signature|sig|session\w{0,16}|auth|email|jwt/.source,
    /(?:(?<!\b(?:order|job|task|run|address)\.)\b|auth)state/.source,
    /^(?:saml\.?response|ticket|code\.?verifier)/.source,
    /(?<!\b(?:mon|don|tur|hoc|joc|whis|(?:sort|order)\.?))key/.source,
    `(?<!(?:\\b(?:${HARMLESS_CODE})\\.?|bar|zip|post))code`,
  ].join('|')})$`,
)

/** A name without the escapes of URLs, and `user[phone]` as `user.phone`. */
const plain = (name: string): string =>
  name
    .replace(/%(?:25){0,3}([\da-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/[[\]]+/g, '.')

const isParameter = memoized((written) => {
  const name = plain(written)
  return isSensitive(name) || NAMES_IN_URLS.test(wordsOf(name))
})

/** The literals of a statement cannot be told from the rest in a URL. */
const shownOfParameter = (value: string, written: string): string =>
  (isStatement(plain(written)) ? undefined : keptOf(plain(written), value)) ?? MASKED

/** Values in URLs and queries. */
const URL_RULES: readonly Rule[] = [
  // `?token=…`, `#access_token=…`, `Server=x;Password='a;b'`. Behind a blank `#state=` is no fragment: `issue #state=open`.
  {
    needs: /=/,
    begins: /(?:^(?=\S*$)(?![\w.:-]{1,128}=>)|[?&;]|#(?!(?<=\s#)state=))([\w.:%[\]-]{1,128})=/g,
    bare: /[^&#;\s"'\\]{1,4096}|\\*["'](?!\s{0,8}(?:[,:}\]>]|$)|\\)|\\+(?!["'\\])/y,
    isMeant: isParameter,
    shown: shownOfParameter,
  },
  // A URL as a parameter of another one: `?next=https%3A%2F%2Fb%2F%3Ftoken%3D…`.
  {
    begins:
      /(?:[?&#;=]|%(?:25){0,3}(?:3f|26|23|3b))((?:[\w.:[\]-]|%(?:25){0,3}(?:[4-7][\da-f]|2[de]|3[\da])){1,128})%(?:25){0,3}3d/gi,
    bare: /[^%&#;\s"'\\<>]{1,4096}|%(?!(?:25){0,3}(?:26|23|20|3b|7d|29))/iy,
    needs: /%(?:25){0,3}3d/i,
    isMeant: isParameter,
    shown: shownOfParameter,
  },
]

/** Behind a flag, also in a list that is written as a text (`"-u", "…"`). No other flag, and no port. */
const APART = String.raw`(?:=|\s{1,8}|\\{0,16}["'],\s{0,3}(?=\\{0,16}["']))(?!\\{0,16}["']?(?:-|\d{1,5}(?::\d{1,5})?(?:[\s"'\\,]|$))|\[masked)(?=\S)`
/** `-pSECRET`, but no words of other flags: `-port`, `-print-defaults`. */
const JOINED = String.raw`=?(?!\[masked|(?:ort|ool|rint|lugin|rotocol|ager)(?![a-z]))(?=[^\s"'\\=-]|["'](?![\s,\]]|$))`
/** Name and password. Names that begin with `system:` are those of Kubernetes. */
const USER = String.raw`(?:=|\s{0,8}|\\{0,16}["'],\s{0,3})(?=(?:\\{0,16}["'])?(?!-|system:)[^\s:="'\\]{0,128}:(?![\s"'\\]*(?:$|[\s,\]])))`

const PROGRAMS: readonly (readonly [program: string, flag: string])[] = [
  ['curl', `(?:-[A-Za-z#]{0,8}[uU]|--(?:proxy-)?user)${USER}`],
  ['sshpass|sqlcmd', `-[pP](?:${APART}|${JOINED})`],
  ['mysql(?!d\\b)_?[a-z]{0,12}|mariadb(?:-[a-z]{1,16})?', `-p${JOINED}`],
  ['(?:docker|podman|nerdctl)[^\\n|;&]{1,64}login', `-p${APART}`],
  ['redis-cli', `(?:-a|--pass)${APART}`],
  ['mongo(?:sh|dump|restore|export|import|stat|top|files)?', `-p${APART}`],
  ['ldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn)', `-w(?:${APART}|${JOINED})`],
]

/** What may stand between a program and its flag: the same command, the same text of JSON. */
const REST = String.raw`(?:[^\n|;&"']|\\\r?\n|[;&](?=[^\s&])|["'](?!\s{0,2}[:}\]])){0,512}`

/**
 * The passwords in command lines of these programs. The flag comes first: only behind one is a program looked for. In quotes a part
 * of an argument may stand, too: `ada:'a b'`.
 */
export const COMMAND_RULES: readonly Rule[] = PROGRAMS.map(([program, flag]) => ({
  needs: new RegExp(program),
  begins: new RegExp(
    `(?=${flag})(?<=(?<![\\w.=-])(?:${program})(?:\\.exe)?(?=[\\s\\\\]|["'],)${REST}[\\s"'])${flag}`,
    'g',
  ),
  bare: /[^\s"'\\]{1,4096}|'[^'\n,]{0,256}'|\\{0,16}"[^"\n,]{0,256}"(?!\])|\\+(?!["'\\])/y,
  shown: () => MASKED,
}))

/** What every match needs, but for what is recognised in itself: most texts hold none of it. */
const HINT = /[=:<%@]|--|\s-[apuwPU]|[[(]\s{0,32}[[(b\\"']|",/

const ALL_RULES = [...URL_RULES, ...RULES, ...COMMAND_RULES]

/** A text with the recognisable secrets masked. Linear in its length. */
export function maskSecrets(text: string): string {
  const masked = maskRecognised(text)
  // Last: a flag of a command line may stand before a name that another value stands behind.
  return HINT.test(masked) ? ALL_RULES.reduce(maskBehind, masked) : masked
}
