import { isOfMany, isSensitive, isSetting, isStatement, memoized, wordsOf } from './sensitive-keys.ts'
import { GAP, keptOf, keptOfWritten, late, MASKED, maskBehind, type Rule } from './value.ts'

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

/** Words about a token in place of its value: `refresh_token: rotated`. */
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
/** Names of people and of what isn't a secret by its name alone: `["email","asc"]`. */
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
  begins: late(`${FLAG}(?:=|\\s{1,32}(?![-\\s])|\\\\*["'],\\s{0,3}(?=\\\\*["'][^-]|-?\\d))`, 'gi'),
  bare: /[^\s"'\\,\]]{1,4096}|[,\]](?![\s\]])|\\+(?!["'\\])/y,
  shown,
}

/** In their order: what a later rule finds may stand in a value that an earlier one has masked. */
const RULES: readonly Rule[] = [
  // `"token": "…"`, `"sessionId": 7`: a name is judged as that of an attribute.
  {
    ...MEMBER,
    needs: /"\s{0,32}(?:=>|:)/,
    begins: () =>
      /"((?=[^"])[^"\\]{0,128}(?:\\{1,16}[^"\\]{1,128}){0,128})(?:\\*"){1,2}\s{0,32}(?:=>|:)\s{0,32}/g,
  },
  // `'phone': '…'`, as Python and Ruby write it. Not in prose: `Invalid field 'phone': …`.
  {
    ...MEMBER,
    needs: /'\s{0,32}(?:=>|:)/,
    begins: () => /(?<=(?:[{,(]|^)(?:\s|\\+[nrt]){0,32}[bu]?)'([^'"\\]{1,128})\\*'\s{0,32}(?:=>|:)\s{0,32}/gm,
  },
  // `{"name": "Authorization", "value": "…"}`, `name=cookie, value=…`.
  {
    ...MEMBER,
    needs: new RegExp(`(?:\\bv(?:al(?:ues?)?)?|content)${IS}`, 'i'),
    begins: late(ITEM, 'gi'),
    bare: /[^\s,;&"'\\)\]}]{1,4096}|\\+(?!["'\\nrt])/y,
    shown: shownOfItem,
  },
  // `["cookie", "…"]` in a list of pairs; a pair alone is a list of names, and a third item makes it a row of a table.
  {
    ...MEMBER,
    needs: /[[(](?:\s|\\{1,16}[nrt]){0,32}b?\\{0,16}["']/,
    begins: late(
      `(?:(?<=(?:\\[|\\],)${GAP})\\[|(?<=(?:[[({]|\\),)${GAP})\\(|\\((?=b["']))${GAP}${OPENING}([^"'\\\\\\s]{1,128})\\\\{0,16}["']${GAP},${GAP}`,
      'g',
    ),
    behind: new RegExp(`${GAP}(?:,?${GAP}[\\])}]|\\\\{0,16}"|$)`, 'y'),
    shown: (value, name) => (isOfWords(name, value) ? value : shownOfMember(value, name)),
  },
  // Go's `map[Authorization:[Bearer …] Accept:[*/*]]`: no value without brackets.
  {
    needs: /map\[/,
    begins: () => /(?<=map\[|\] )([a-z][\w.-]{0,127}):(?=\[)/gi,
    bare: /$^/y,
    isMeant,
    shown: shownOfItem,
  },
  FLAGS,
  // `<wsse:Password Type="…">…</wsse:Password>`, `<entry key="password">…</entry>`. No `List<Token>`.
  {
    needs: /<\//,
    begins: () =>
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
    begins: late(`\\b[\\w-]{0,32}(?:(?:(?:${NAME})${DIVIDER}){1,3}${BEFORE_VALUE}|${MANY})`, 'gi'),
    bare: /[^\s,;&"'\\]{1,4096}|\\+(?!["'\\])/y,
    shown,
  },
]

/** Words before `code` that make it harmless. In OAuth, a `response[code]` is a credential. */
const HARMLESS_CODE = String.raw`status|error|exit|return|result|reason|warning|http|(?<!\bo?auth2?\.)response|short|geo|uni|source|time\.?zone|zip|postal|country|region|state|province|city|area|dial|calling|phone|airport|station|port|locale|language|lang|currency|bank|sort|branch|tax|vat|hs|nace|naics|sic|iso|mcc|icd|unit|dept|department|store|company|customer|product|item|sku|color|colour|size|brand|category|type|article|material|promo|promotion|coupon|discount|voucher|course|event|event\.type|qr|bar|(?:(?:url|uri|html|json|xml|base\d\d)\.?)?(?:de|en)`

/** What names secrets in URLs only: `?code=…` of OAuth, `?sig=…` of Azure, any `…key` that is none of these words. */
const namesInUrls = late(
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
  return isSensitive(name) || namesInUrls().test(wordsOf(name))
})

/** In a URL, literals of a statement cannot be recognized. */
const shownOfParameter = (value: string, written: string): string =>
  (isStatement(plain(written)) ? undefined : keptOf(plain(written), value)) ?? MASKED

const URL_RULES: readonly Rule[] = [
  // `?token=…`, `#access_token=…`, `Server=x;Password='a;b'`. Behind a blank `#state=` isn't a fragment: `issue #state=open`.
  {
    needs: /=/,
    begins: () => /(?:^(?=\S*$)(?![\w.:-]{1,128}=>)|[?&;]|#(?!(?<=\s#)state=))([\w.:%[\]-]{1,128})=/g,
    bare: /[^&#;\s"'\\]{1,4096}|\\*["'](?!\s{0,8}(?:[,:}\]>]|$)|\\)|\\+(?!["'\\])/y,
    isMeant: isParameter,
    shown: shownOfParameter,
  },
  // A URL as a parameter of another one: `?next=https%3A%2F%2Fb%2F%3Ftoken%3D…`.
  {
    begins: () =>
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
  begins: late(
    `(?=${flag})(?<=(?<![\\w.=-])(?:${program})(?:\\.exe)?(?=[\\s\\\\]|["'],)${REST}[\\s"'])${flag}`,
    'g',
  ),
  bare: /[^\s"'\\]{1,4096}|'[^'\n,]{0,256}'|\\{0,16}"[^"\n,]{0,256}"(?!\])|\\+(?!["'\\])/y,
  shown: () => MASKED,
}))

/** What every match needs, but for what is recognised in itself: most texts hold none of it. */
const HINT = /[=:<%@]|--|\s-[apuwPU]|[[(]\s{0,32}[[(b\\"']|",/

const ALL_RULES = [...URL_RULES, ...RULES, ...COMMAND_RULES]

export function maskSecrets(text: string): string {
  const masked = maskRecognised(text)
  // Last: a flag of a command line may stand before a name that another value stands behind.
  return HINT.test(masked) ? ALL_RULES.reduce(maskBehind, masked) : masked
}

/** A part of a header in a text (`Cookie: a=1; sid="…"`) up to the end of its line. Quotes within stand behind a sign. */
const LINE = String.raw`(?:[^\n\r"'\\]|(?<=[=:{,[(][ \t]{0,2})\\{0,16}["'](?!\s{0,8}[,:}\]])(?:[^"'\n\\]{0,512}\\{0,16}["'])?|\\(?![nr"'\\])|(?<=[A-Za-z])'(?=[a-z]))*`
const SCHEMES = String.raw`Token|Api-Token|Negotiate|NTLM|A[Pp][Ii]-?[Kk]ey|DPoP|SSWS|GenieKey|Splunk|Digest|OAuth|Hawk|AWS4-[A-Z\d-]{1,32}`
/** Words, codes of errors, classes, paths and names of pods aren't secrets: `ERR_AUTH_1042`, `org.acme.OAuth2Filter`. */
const TERM = String.raw`(?:[A-Z]{0,5}[a-z]{2,64}\d{0,4}(?:[A-Z]{1,5}[a-z]{1,64}\d{0,4}){0,16}|[A-Z]{1,16}\d{0,8}|[A-Za-z]\d{1,3}(?:(?:alpha|beta)\d)?|\d{1,12}[a-z]{0,2})`
const NO_SECRET = `(?:${TERM}(?:[._/-]{1,2}${TERM}){0,16}\\.?|[a-z]{2,64}(?:-[a-z\\d]{1,10}){1,16})(?![\\w.+/~-])`

/** Each alternative stands behind `Authorization: `. */
const IN_HEADER = [
  // Schemes: any value may follow, and it goes to the end of the line.
  `(?:${SCHEMES}|SharedKey(?:Lite)?|sso-key)\\s(?=[^\\n\\r"'\\\\]|\\\\{0,16}["']\\w)(?:\\\\{0,16}["']\\w[^"'\\n]{0,512}\\\\{0,16}["']|${LINE})`,
  // Schemes with members, in any case.
  `(?:\\w{3,9}|[Aa][Ww][Ss]4-[\\w-]{1,32})\\s{1,8}(?=(?:username|realm|nonce|uri|id|key[iI]d|oauth_\\w{1,32}|ts)=\\\\{0,16}["']|[Cc]redential=)${LINE}`,
  // Behind these little else is written.
  `(?:[Bb]earer|[Bb]asic|[Tt]oken|[Aa]pi-?[Kk]ey)\\s{1,8}(?!${NO_SECRET})(?=[\\w.+/~:-]{0,128}?\\d)[\\w.+/~:-]{6,4096}={0,2}(?=["'\\s]|$)`,
  // One word behind any scheme or none, that is none of English.
  `(?:[A-Za-z][\\w-]{0,39}[ \\t]{1,8})?(?!/|https?:|HTTP/|${NO_SECRET})(?=[\\w.+/~:-]{0,128}?(?:\\d|[a-z][A-Z]))[\\w.+/~:-]{12,4096}={0,2}(?=["'\`\\\\\\])};,\\s]|$)`,
].join('|')

const header = (name: string, value: string) =>
  late(`((?:\\b|(?<=\\\\[nrt]))(?:${name}):\\s{0,3}(?:\\\\{0,16}["'](?=\\w))?)(?:${value})`, 'g')

const AUTHORIZATION = header('[Aa]uthorization|AUTHORIZATION', IN_HEADER)
/** Not `cookie: none`. */
const COOKIE = header('[Cc]ookie|COOKIE', `(?=[\\w.%-]{1,128}=)${LINE}`)

/** Where a word begins: also behind an escape of JSON or of a URL, whose letters are none of the word. */
const WORD = /(?:\b|(?<=\\[nrt]|%[\dA-Fa-f]{2}))/.source

/** What begins like a JWT. One without a second part is matched, too, and kept: each sign is looked at once. */
const LIKE_JWT = new RegExp(
  `${WORD}${/eyJ[\w-]{8,}(?:\.[\w-]{8,}(?:\.[\w-]*(?:\.[\w-]{4,}){0,2})?)?/.source}`,
  'g',
)

/**
 * Bearer and basic credentials, keys of big vendors, e-mail addresses. In lower case, `basic` is a word of English too: a digit
 * or a capital within must follow.
 */
const PATTERNS: readonly RegExp[] = [
  /\b(?:Bearer|Basic|BEARER|BASIC)\s+[\w.~+/=-]{12,}/,
  /\b(?:[Bb]earer|[Bb]asic)%(?:25){0,3}20(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
  /\b(?:bearer|basic)\s+(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[sr]k_(?:live|test)_\w{10,}/,
  /\bgh[pousr]_\w{20,}|\b[a-z]{2,12}_pat_\w{20,}|\bxox[a-z]-[\w-]{10,}/,
  /\bglpat-[\w-]{16,}|\bsk-(?:proj|ant)-[\w-]{20,}|\b(?:npm|hf)_[A-Za-z\d]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\bshpat_[a-f\d]{32}|\bdop_v1_[a-f\d]{32,}|\bpypi-[\w-]{50,}/,
  /(?<=\b(?:IDENTIFIED BY|identified by) )'[^']*(?:'|$)/,
  // Not the letters of an escape of JSON before it.
  /(?<!\\(?=[nrtbfu])|\\u[\da-f]{0,3})[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
]

const RECOGNISED = late(PATTERNS.map(({ source }) => source.replaceAll('\\b', WORD)).join('|'), 'g')

/** What these need. Most URLs hold none of it. */
const MARK =
  /@|eyJ|earer[\s%]|asic[\s%]|EARER\s|ASIC\s|A[KS]IA|AIza|k_live_|gh\w_|_pat_|xox|[tkmf1Gi ][-_.'](?<=(?:pat[-_]|sk-|npm_|hf_|SG\.|p_v1_|ypi-|k_test_|(?:ied by|IED BY) '))/
/** A private key (PEM) up to its last line, or to the end of the text of JSON that it stands in. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^"]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?=\\*"|$))/g
/** User name and password of a URL go to the last `@` before its path. What follows a port is a path. */
const CREDENTIALS =
  /:\/\/(?:[\w.%+~-]{1,64}:(?!\d{1,5}\/)[^\s@"'<>?#&]{1,256}|[^/@\s]+)@(?:[^/@\s"'<>?#&,;()]*@)*/g
/** The same as Go writes it: `ada:pw@tcp(db:3306)/shop`. */
const CREDENTIALS_OF_GO = /(?<![\w.%+-])[\w.%+-]{1,64}:[^\s"']{1,128}(?=@(?:tcp|udp|unix)6?\()/g

/** In their order: what a text must hold, what is looked for in it then, and what stands in its place. */
const PATTERNS_ANYWHERE: readonly (readonly [RegExp, () => RegExp, string])[] = [
  [/PRIVATE KEY/, () => PRIVATE_KEY, MASKED],
  [/(?:ation|ATION):/, AUTHORIZATION, `$1${MASKED}`],
  [/(?:ookie|OOKIE):/, COOKIE, `$1${MASKED}`],
  [/@/, () => CREDENTIALS, `://${MASKED}@`],
  [/@(?:tcp|udp|unix)6?\(/, () => CREDENTIALS_OF_GO, MASKED],
  [MARK, RECOGNISED, MASKED],
]

/** A text with what is recognised in itself masked: private keys, headers with credentials, those of URLs, keys, addresses. */
const maskRecognised = (text: string): string =>
  PATTERNS_ANYWHERE.reduce(
    (shown, [needs, pattern, by]) => (needs.test(shown) ? shown.replace(pattern(), by) : shown),
    text,
  ).replace(LIKE_JWT, (jwt) => (jwt.includes('.') ? MASKED : jwt))
