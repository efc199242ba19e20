import type { Attributes, AttributeValue, Span, SpanEvent, SpanLink, Trace } from './model.ts'
import { SpanView } from './span-view.ts'

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/**
 * Keys whose values are secrets or tell who somebody is, as phrases: words that stand together anywhere in a key, in
 * lower case, parted by dots (a key's own `-`, `_`, `:` and capitals part words, too). From OpenTelemetry's semantic
 * conventions, the vendors' own tags, and what was seen in real captures (cookies, client addresses, SQL text).
 */
const ANYWHERE = phrases(
  // Secrets.
  'authorization authentication cookie cookies credential credentials passwd password passphrase pwd',
  'secret secrets token jwt bearer session sessionid csrf xsrf signature assertion',
  'api.key access.key private.key secret.key license.key auth.key encryption.key signing.key',
  'apikey accesskey privatekey secretkey licensekey authkey encryptionkey signingkey',
  // People.
  'email mail phone telephone msisdn ssn iban birthdate birthday firstname lastname fullname username',
  'first.name last.name full.name user.name login.name nick.name',
  // Their addresses; those of hosts and servers are not.
  'client.ip clientip remote.ip remoteip remote.addr remoteaddr remote.address remoteaddress',
  'x.forwarded.for x.real.ip forwarded ip.address ipaddress',
  // Bodies.
  'request.body response.body',
)

/** The same, at the end of a key only. */
const AT_THE_END = phrases(
  ...['card', 'credit', 'account', 'pan', 'cvv', 'cvc'].map(
    (word) => `${word} ${word}.number ${word}number ${word}.no ${word}no`,
  ),
)

/** Endings of words: `db_password`, `sessionToken`. */
const ENDINGS = [
  ...['password', 'passwd', 'secret', 'apikey', 'accesstoken', 'idtoken', 'refreshtoken'],
  ...['sessionid', 'sessiontoken', 'authtoken'],
]

/** Whole keys. */
const KEYS = phrases(
  'enduser.id enduser.hash enduser.login enduser.sub enduser.subject',
  'user.id user.hash user.login user.sub user.subject',
  ...['client', 'source', 'net.peer', 'net.sock.peer', 'http.client'].map(
    (who) => `${who}.address ${who}.addr ${who}.ip ${who}.socket.address`,
  ),
  'ip peer.ipv4 peer.ipv6 peer.address',
  // Text of statements: values of rows stand in it.
  'db.statement db.query.text sql sql.query sql.text mongodb.query',
)

/** What keys begin with: the rest is a name of its own. */
const BEGINNINGS = [
  ...['db.query.parameter', 'db.operation.parameter'],
  // What is typed into models, and what they answer.
  ...['gen.ai.prompt', 'gen.ai.completion', 'gen.ai.input.messages', 'gen.ai.output.messages'],
  'gen.ai.system.instructions',
]

const LONGEST_PHRASE = 3

/** Keys that fit by accident: counts and kinds, not values. */
const HARMLESS = phrases(
  ...['token', 'tokens', 'session'].map((what) =>
    ['count', 'type', 'usage', 'limit', 'total'].map((of) => `${what}.${of}`).join(' '),
  ),
)

function phrases(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')))
}

/** What gives itself away whatever it is called: JWTs, bearer values, keys of big vendors, mail addresses. */
const SENSITIVE_TEXT =
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\b(?:Bearer|Basic)\s+[\w.~+/=-]{12,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g

/** Values of query parameters whose names are sensitive, and user names in addresses. */
const SENSITIVE_IN_URL =
  /([?&;](?:[\w.-]*(?:token|key|secret|password|passwd|pwd|code|signature|sig|session\w*|auth|email|jwt|state))=)[^&#;\s]+|(:\/\/)[^/@\s]+@/gi

/** A name and its value written out in a text: `password=hunter2`, `api_key: "…"`. */
const SENSITIVE_PAIR =
  /\b([\w-]{0,32}(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s{0,3}[=:]\s{0,3})("[^"]{1,256}"|'[^']{1,256}'|[^\s,;&"']+)/gi

function maskInUrl(_: string, parameter: string | undefined, scheme: string | undefined): string {
  return parameter === undefined ? `${scheme}${MASKED}@` : parameter + MASKED
}

/** A trace with sensitive values masked, and how many were so far (attributes are masked when they are read). */
export interface MaskedTrace {
  readonly trace: Trace
  masked(): number
}

/** Masks what looks like a secret or like personal data. Ids, names of services, times and structure stay. */
export function maskTrace(trace: Trace): MaskedTrace {
  const mask = new Mask()
  return {
    trace: { ...trace, spans: trace.spans.map((span) => new MaskedSpan(span, mask)) },
    masked: () => mask.count,
  }
}

/** Whether values under this key are masked. */
export function isSensitive(key: string): boolean {
  const joined = parted(key)
  // The same key with its capitals as borders of words.
  const plain = parted(key.replace(/([a-z0-9])([A-Z])/g, '$1.$2'))
  return !isHarmless(plain) && (fits(plain) || (joined !== plain && fits(joined)))
}

const parted = (key: string): string => key.toLowerCase().replace(/[-_:]/g, '.')

function isHarmless(key: string): boolean {
  if (key.startsWith('usage.') || key.includes('.usage.') || key.startsWith('gen.ai.token')) return true
  return somePhrase(key, (phrase) => HARMLESS.has(phrase))
}

function fits(key: string): boolean {
  if (KEYS.has(key) || BEGINNINGS.some((beginning) => key.startsWith(beginning))) return true
  return somePhrase(
    key,
    (phrase, isLast) =>
      ANYWHERE.has(phrase) ||
      (isLast && AT_THE_END.has(phrase)) ||
      ENDINGS.some((ending) => phrase.endsWith(ending)),
  )
}

/** Looks at every run of up to three words. */
function somePhrase(key: string, look: (phrase: string, isLast: boolean) => boolean): boolean {
  const words = key.split('.')
  for (let from = 0; from < words.length; from++) {
    let phrase = ''
    for (let to = from; to < words.length && to < from + LONGEST_PHRASE; to++) {
      phrase = to === from ? (words[to] as string) : `${phrase}.${words[to]}`
      if (look(phrase, to === words.length - 1)) return true
    }
  }
  return false
}

/** A text with what gives itself away masked. */
export function maskText(text: string): string {
  return new Mask().text(text)
}

/** Hides a trace's sensitive values; counts what it hides. */
class Mask {
  count = 0
  readonly #keys = new Map<string, boolean>()
  readonly #resources = new Map<Attributes, Attributes>()
  readonly #names = new Map<string, string>()

  attributes(attributes: Attributes): Attributes {
    return attributes.map(([key, value]) => [key, this.#value(key, value)] as const)
  }

  /** Resources are shared between spans, and stay so. */
  resource(attributes: Attributes): Attributes {
    const known = this.#resources.get(attributes)
    if (known) return known
    const masked = this.attributes(attributes)
    this.#resources.set(attributes, masked)
    return masked
  }

  /** 100,000 spans have few names. */
  name(name: string): string {
    const known = this.#names.get(name)
    if (known === name) return known
    const masked = this.text(name)
    this.#names.set(name, masked)
    return masked
  }

  text(text: string): string {
    // Most texts hold none of the characters every pattern needs.
    if (!/[@=:]|eyJ|Be|Ba|A[KS]IA|gh\w_/.test(text)) return text
    const masked = text
      .replace(SENSITIVE_IN_URL, maskInUrl)
      .replace(SENSITIVE_PAIR, `$1${MASKED}`)
      .replace(SENSITIVE_TEXT, MASKED)
    if (masked !== text) this.count++
    return masked
  }

  #value(key: string, value: AttributeValue): AttributeValue {
    if (value === null || value === '' || typeof value === 'boolean') return value
    if (this.#isSensitive(key)) {
      this.count++
      return MASKED
    }
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value instanceof Uint8Array) return value
    if (Array.isArray(value)) return value.map((item: AttributeValue) => this.#value('', item))
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, this.#value(name, inner as AttributeValue)]),
    )
  }

  #isSensitive(key: string): boolean {
    if (key === '') return false
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const sensitive = isSensitive(key)
    this.#keys.set(key, sensitive)
    return sensitive
  }
}

/** A span with its sensitive values masked, each when it is asked for. */
class MaskedSpan extends SpanView {
  readonly #mask: Mask

  constructor(span: Span, mask: Mask) {
    super(span)
    this.#mask = mask
  }

  override get name(): string {
    return this.#mask.name(this.below.name)
  }

  override get statusMessage(): string | undefined {
    const { statusMessage } = this.below
    return statusMessage === undefined ? undefined : this.#mask.text(statusMessage)
  }

  override get attributes(): Attributes {
    return this.#mask.attributes(this.below.attributes)
  }

  override get events(): readonly SpanEvent[] {
    return this.below.events.map((event) => ({
      ...event,
      name: this.#mask.text(event.name),
      attributes: this.#mask.attributes(event.attributes),
    }))
  }

  override get links(): readonly SpanLink[] {
    return this.below.links.map((link) => ({
      ...link,
      attributes: this.#mask.attributes(link.attributes),
    }))
  }

  override get resource(): Attributes {
    return this.#mask.resource(this.below.resource)
  }
}
