import type { Attributes, AttributeValue, Span, SpanEvent, SpanLink, Trace } from './model.ts'
import { SpanView } from './span-view.ts'

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/**
 * Keys whose values are secrets or tell who somebody is: a rule fits the whole key (lower case, `-` and `_` as `.`) or
 * a word of it. From OpenTelemetry's semantic conventions, the vendors' own tags, and what was seen in real captures
 * (cookies, client addresses, SQL text).
 */
const SENSITIVE_KEYS: readonly RegExp[] = [
  // Secrets.
  /(^|\.)(authorization|authentication|cookies?|set\.cookie|credentials?|passwd|password|passphrase|pwd)(\.|$)/,
  /(^|\.)(secrets?|token|jwt|bearer|session|sessionid|csrf|xsrf|signature|assertion)(\.|$)/,
  /(^|\.)(api|access|private|secret|license|auth|encryption|signing)\.?key(\.|$)/,
  /(^|\.)\w*(password|passwd|secret|apikey|accesstoken|idtoken|refreshtoken|sessionid|sessiontoken|authtoken)(\.|$)/,
  // People.
  /(^|\.)(e?mail|phone|telephone|msisdn|ssn|iban|birthdate|birthday|firstname|lastname|fullname|username)(\.|$)/,
  /(^|\.)(first|last|full|user|login|nick)\.name(\.|$)/,
  /^(enduser|user)\.(id|hash|login|sub|subject)$/,
  /(^|\.)(card|credit|account|pan|cvv|cvc)\.?(number|no)?$/,
  // Addresses of people; those of hosts and servers are not.
  /^(client|source|net\.peer|net\.sock\.peer|http\.client)\.(address|addr|ip|socket\.address)$/,
  /(^|\.)(client\.?ip|remote\.?(ip|addr|address)|x\.forwarded\.for|x\.real\.ip|forwarded|ip\.?address)(\.|$)/,
  /^(ip|peer\.ipv[46]|peer\.address)$/,
  // Text of statements: values of rows stand in it.
  /^(db\.(statement|query\.text|query\.parameter.*|operation\.parameter.*)|sql(\.query|\.text)?|mongodb\.query)$/,
  // Bodies, and what is typed into models.
  /(^|\.)(request|response)\.body(\.|$)/,
  /^gen\.ai\.(prompt|completion|(input|output)\.messages|system\.instructions)/,
]

/** Keys that fit a rule by accident: counts and kinds, not values. */
const HARMLESS_KEYS =
  /(^|\.)(tokens?|session)\.(count|type|usage|limit|total)(\.|$)|(^|\.)usage\.|^gen\.ai\.(usage|token)/

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
  const plain = key
    .replace(/([a-z0-9])([A-Z])/g, '$1.$2')
    .toLowerCase()
    .replace(/[-_:]/g, '.')
  const joined = key.toLowerCase().replace(/[-_:]/g, '.')
  if (HARMLESS_KEYS.test(plain)) return false
  return SENSITIVE_KEYS.some((rule) => rule.test(plain) || rule.test(joined))
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
    return this.#mask.text(this.below.name)
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
