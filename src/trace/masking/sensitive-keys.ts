/**
 * Phrases that make a key sensitive (secrets, people, their addresses, bodies): up to three adjacent words anywhere in a key.
 * In lower case, divided by dots; in a key `-`, `_`, `:` and capitals divide words, too. From OpenTelemetry's semantic
 * conventions, the vendors' own tags, and real captures.
 */
const ANYWHERE = phrases(
  'authorization authentication cookie cookies credential credentials passwd password passphrase pwd',
  'creds totp subscription.key phpsessid connect.sid',
  'secret secrets token jwt bearer session sessionid csrf xsrf signature assertion',
  'api.key access.key private.key secret.key license.key auth.key encryption.key signing.key',
  'apikey accesskey privatekey secretkey licensekey authkey encryptionkey signingkey',
  'email mail phone telephone msisdn ssn iban birthdate birthday firstname lastname fullname username',
  'first.name last.name full.name user.name login.name nick.name',
  'client.ip clientip remote.ip remoteip remote.addr remoteaddr remote.address remoteaddress',
  'x.forwarded.for x.real.ip forwarded ip.address ipaddress request.body response.body',
)

/** The same, at the end of a key only. */
const AT_THE_END =
  /(?:^|\.)(?:(?:card|credit|account|pan|cvv|cvc)(?:\.?(?:number|no))?|(?:mfa|recovery|backup)\.?code|saml\.?response)$/
/** Many secrets. A number under one of these keys is a count. `tokens` alone are as often words. */
const MANY =
  /(?:^|\.)(?:passwords|passwds|passphrases|(?:api|access|private|secret|license|auth)\.?keys|(?:access|refresh|id|api|auth|session|bearer)\.tokens)$/
/** Endings of words: `dbpassword`, `mytoken`. */
const ENDINGS =
  /(?:password|passwd|secret|token|cookie|authorization|sessionid|jwt|apikey|privatekey|accesskey|email|phone)$/
/** Text of statements: values of rows stand in it. */
const STATEMENTS = phrases('db.statement db.query.text sql sql.query sql.text mongodb.query cassandra.query')
/** The other end of a connection, which is mostly another service. */
const PEERS = /^(?:ip|peer\.(?:ipv4|ipv6|address)|net\.(?:sock\.)?peer\.(?:ip|addr|address))$/
/** Whoever sends a request. */
const SENDERS = /^(?:(?:http\.)?client|source|net\.(?:sock\.)?peer)\.(?:ip|addr|(?:socket\.)?address)$/
/** Whole keys. */
const KEYS =
  /^(?:(?:end)?user\.(?:id|hash|login|sub|subject)|otp|pin|pass|passcode|ip|peer\.(?:ipv4|ipv6|address))$/
/** Prefixes of keys: the rest is a name of its own, or the input and output of models and tools, in each dialect. */
const BEGINNINGS = new RegExp(
  `^(?:${[
    /db\.(?:query|operation)\.parameter/,
    /gen\.ai\.(?:prompt|completion|content|event\.content|(?:in|out)put\.messages|system\.instructions)/,
    /gen\.ai\.(?:tool\.(?:definitions|call\.(?:arguments|result))|retrieval\.(?:query|documents)|evaluation\.explanation)/,
    /(?:in|out)put\.value|llm\.(?:(?:in|out)put\.messages|prompts|completions|prompt\.template|tools|(?:request\.)?functions?\b)/,
    /retrieval\.documents|reranker\.(?:query|(?:in|out)put)|embedding\.(?:text|embeddings|vector)|tool\.parameters/,
    /traceloop\.entity\.(?:in|out)put|mlflow\.\w{1,32}\.(?:in|out)puts|\.?ml\.obs\.meta\.(?:in|out)put/,
    /ai\.(?:prompt|values?|embeddings?|schema|response\.(?:text|reasoning|object|tool\.calls|files)|tool\.call\.(?:args|result))(?![^.])/,
    /gcp\.vertex\.agent\.(?:llm\.(?:request|response)|tool\.(?:call\.args|response)|data)/,
    /langfuse\.(?:(?:trace|observation)\.)?(?:(?:in|out)put|metadata)/,
  ]
    .map(({ source }) => source)
    .join('|')})`,
)
/** Whole keys of attributes alone: JSON and queries use them for anything. OpenInference, Pydantic AI, LiveKit, AI SDK, Traceloop. */
const OF_ATTRIBUTES = new RegExp(
  `^(?:${[
    /input|output|prompt|completion|message\.content|message\.contents\..*\.text|document\.content/,
    /tool_call\.function\.arguments|llm\.content\.completion\.chunk|traceloop\.prompt\.template/,
    /(?:pydantic_ai\.)?all_messages(?:_events)?|final_result|tool_arguments|tool_response/,
    /lk\.(?:user_input|user_transcript|response\.text|chat_ctx|instructions|function_tool\.(?:arguments|output))/,
    /ai\.result\.(?:text|object|toolCalls)/,
  ]
    .map(({ source }) => source)
    .join('|')})$`,
  's',
)
/** Events that are messages to models, or from them: their attributes have names of their own. */
const MESSAGES =
  /^(?:gen_ai\.(?:(?:system|developer|user|assistant|tool)\.message|choice|content\.(?:prompt|completion))|llm\.content\.completion\.chunk)$/
/** What of a message says no content. */
const AROUND_MESSAGE = /^(?:gen_ai\..*|role|index|finish_reason|id|event\.name|log\.severity)$/
/** What tokens of models are counted by. */
const COUNTED =
  'input|output|prompt|completion|total|cached|cache|read|write|creation|reasoning|thoughts|audio|text|image|accepted|rejected|prediction'

/** Counts and kinds of what would be a secret itself. */
const COUNTS = [
  `usage\\.(?:metadata\\.)?(?:(?:${COUNTED})\\.){0,4}tokens?(?:\\.details)?|(?:${COUNTED})\\.tokens?\\.details`,
  /(?:tokens?|session)\.(?:count|type|usage|limit|total)|tokens?\.costs?/.source,
  /(?:creds|totp|subscription\.key)\.(?:count|total|limit|type|kind|provider|source|status|state|enabled|required)/
    .source,
].join('|')

/** False positives. What stands before says what is counted: only what follows is judged. */
const HARMLESS = new RegExp(`^(?:(?:.*\\.)?(?:${COUNTS})|gen\\.ai\\.tokens?)(?![^.])`, 's')

function phrases(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')))
}

/** The same question of keys, asked once for each. Texts of many spans have few distinct ones: else the memo is begun again. */
export function memoized(asks: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>()
  return (key) => {
    const answer = known.get(key) ?? asks(key)
    if (known.size >= 4096) known.clear()
    known.set(key, answer)
    return answer
  }
}

/** Whether values under this key are masked: of an attribute, a map, JSON, or a query. */
export const isSensitive = memoized((key) => {
  const plain = wordsOf(key)
  const rest = plain.replace(HARMLESS, '')
  return saysSensitive(rest) || (rest === plain && saysSensitive(dotted(key)))
})

/** The same of an attribute, of a span or of an event of this name. */
export const isSensitiveAttribute = (key: string, event = ''): boolean =>
  isSensitive(key) || OF_ATTRIBUTES.test(key) || (MESSAGES.test(event) && !AROUND_MESSAGE.test(key))

/** A key in lower case, its words divided by dots, also those of camelCase. */
export const wordsOf = (key: string): string => dotted(key.replace(/([a-z0-9])([A-Z])/g, '$1.$2'))

/** Whether a value under this key is a list of secrets, or says how many there are. */
export const isOfMany = (key: string): boolean => MANY.test(wordsOf(key))

/** Whether the value is a database statement, of which only the literals are sensitive. */
export const isStatement = (key: string): boolean => STATEMENTS.has(dotted(key))

/** Whether the value is the address of a peer: sensitive only when it is not an internal one. */
export const isPeerAddress = (key: string): boolean => PEERS.test(dotted(key))

function dotted(key: string): string {
  const words = key.toLowerCase().replace(/[-_:]/g, '.')
  let end = words.length
  // Not /\.+$/, which takes a square of time for dots in the middle.
  while (words[end - 1] === '.') end--
  return words.slice(0, end)
}

function saysSensitive(key: string): boolean {
  if (STATEMENTS.has(key)) return true
  if ([KEYS, SENDERS, AT_THE_END, MANY, BEGINNINGS].some((keys) => keys.test(key))) return true
  const words = key.split('.')
  return words.some(
    (word, from) =>
      ENDINGS.test(word) ||
      [1, 2, 3].some((length) => ANYWHERE.has(words.slice(from, from + length).join('.'))),
  )
}

const whole = (value: string): RegExp => new RegExp(`^(?:\\\\*["'])?(?:${value})(?:\\\\*["'])?$`, 'i')

/** What validation, sorting, a schema or a package says of a field, and a version: no secret under any name. */
const OF_FIELD = whole(
  '(?:(?:is|must be|too|not) )?(?:asc|desc|varchar|char|text|string|uuid|int|integer|boolean|optional|nullable|unique|indexed|required|invalid|valid|missing|taken|blank|empty|present|absent|expired|duplicate|unknown|too short|too long|short|long)|v?\\d{1,4}\\.\\d{1,4}\\.\\d{1,6}',
)

/** What ends a name that says no secret, and what its value looks like then. */
const SETTINGS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\.(?:sent|errors?|count|total|ttl|timeout|enabled|disabled|required|login|attempts|retries|length|size)$/,
    whole('true|false|yes|no|on|off|-?\\d{1,9}(?:\\.\\d{1,9})?(?:ms|[smhd])?'),
  ],
  [
    /\.(?:duration|expiry|expires?(?:\.(?:at|in))?|age|rate|url|uri|domain|host|port|secure|samesite|store(?:\.type)?|driver|backend|algorithm|encoder|hasher|issuer|open|active|strength|policy|type|format|strategy|provider|version|verified)$/,
    // No list, no map, and no text that holds them.
    /^(?:\\*["'])?[^[{("'\\][^{}]*$/,
  ],
  [/\.(?:file|path)$/, whole('[.~]?\\/[\\w./-]{1,256}')],
]

/** Whether an item is a setting, a count, a path or a state, which tells no secret. */
export const isSetting = (name: string, value: string): boolean =>
  OF_FIELD.test(value) || SETTINGS.some(([names, values]) => names.test(wordsOf(name)) && values.test(value))
