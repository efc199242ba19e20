import { isInternalAddress } from './masking/internal-address.ts'
import { isPeerAddress, isSensitive, isStatement } from './masking/sensitive-keys.ts'
import { maskLiterals } from './masking/statement.ts'
import type { Attributes, AttributeValue, Scope, Span, SpanEvent, SpanLink, Trace } from './model.ts'
import { SpanView } from './span-view.ts'

/** What stands in place of a masked value. */
export const MASKED = '[masked]'

/**
 * What begins like a JWT. One without a second part is matched, too, and kept: a pattern that wanted the dot would look for it
 * from each `eyJ` of a long run.
 */
const LIKE_JWT = /\beyJ[\w-]{8,}(?:\.[\w-]{8,}(?:\.[\w-]*)?)?/g

const maskJwt = (text: string): string => (text.includes('.') ? MASKED : text)

/**
 * Other values that are recognised whatever their key: private keys (PEM), bearer and basic credentials, API keys of big
 * vendors, e-mail addresses. In lower case, `basic` is a word of English too: a digit or a capital within must follow.
 */
const SENSITIVE_TEXT = new RegExp(
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/,
    /\b(?:Bearer|Basic|BEARER|BASIC)\s+[\w.~+/=-]{12,}/,
    /\b(?:bearer|basic)\s+(?=[\w.~+/=-]{0,512}(?:\d|[a-z][A-Z]))[\w.~+/=-]{12,}/,
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[sr]k_live_\w{10,}/,
    /\bgh[pousr]_\w{20,}|\b[a-z]{2,12}_pat_\w{20,}|\bxox[a-z]-[\w-]{10,}/,
    /[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** What every match of the patterns needs: most texts hold none of it. */
const HINT = /[@=:]|--|eyJ|earer\s|asic\s|EARER\s|ASIC\s|A[KS]IA|AIza|k_live_|gh\w_|_pat_|xox/

/** Values of sensitive parameters of a query or a fragment (`url.query` begins with one, and holds no space), and credentials in URLs. */
const SENSITIVE_IN_URL =
  /((?:^(?=\S*$)|[?&;#])(?:[\w.-]{0,64}(?:token|key|secret|password|passwd|pwd|code|signature|sig|session\w{0,16}|auth|email|jwt|state))=)[^&#;\s]+|(:\/\/)[^/@\s]+@/gi

/** A name and its value written out in a text: `password=hunter2`, `api_key: "…"`. A parser, too, says `token: `. */
const SENSITIVE_PAIR =
  /\b([\w-]{0,32}(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token|token(?==))["']?\s{0,3}[=:]\s{0,3})("[^"]{1,256}"|'[^']{1,256}'|[^\s,;&"']+)/gi

/** A flag of a command line and its value: `--token=…`, `--password …`, `"--password","…"` of a list. */
const SENSITIVE_FLAG =
  /(--[\w-]{0,32}(?:token|secret|password|passwd|api-?key|access-?key)(?:=|\s{1,3}|["'],\s{0,3}(?=["'][^-])))("[^"]{1,256}"|'[^']{1,256}'|[^\s"'-][^\s"']*)/gi

/** A flag as an argument of its own: its value is the next one. */
const BARE_FLAG = /^--?[\w-]{0,32}(?:token|secret|password|passwd|api-?key|access-?key)$/i

const isFlagsValue = (before: AttributeValue | undefined, value: AttributeValue): boolean =>
  typeof before === 'string' && BARE_FLAG.test(before) && typeof value === 'string' && /^[^-]/.test(value)

/** A member of JSON: `"token": "…"`, `"sessionId": 7`. */
const SENSITIVE_MEMBER =
  /("[\w.-]{0,32}(?:token|cookie|authorization|session_?id|jwt|private_?key|access_?key|email|phone)"\s{0,3}:\s{0,3})("(?:[^"\\]|\\.){1,4096}"|-?\d[\d.]{0,32})/gi

function maskInUrl(_: string, parameter: string | undefined, scheme: string | undefined): string {
  return parameter === undefined ? `${scheme}${MASKED}@` : parameter + MASKED
}

/** A trace whose sensitive values are masked lazily (when they are read), and how many were masked so far. */
export interface MaskedTrace {
  readonly trace: Trace
  masked(): number
}

/** Masks what looks like a secret or like personal data. Ids, service names, times and structure are kept. */
export function maskTrace(trace: Trace): MaskedTrace {
  const mask = new Mask()
  return {
    trace: {
      ...trace,
      ...said(trace, mask),
      spans: trace.spans.map((span) => new MaskedSpan(span, mask)),
    },
    masked: () => mask.count,
  }
}

/** What the back end says of a trace: it may repeat an attribute. */
function said({ partial, warnings }: Trace, mask: Mask): Pick<Trace, 'partial' | 'warnings'> {
  return {
    ...(partial !== undefined && { partial: mask.text(partial) }),
    ...(warnings && { warnings: { ...warnings, texts: warnings.texts.map((text) => mask.text(text)) } }),
  }
}

/** A text with the recognisable secrets masked. */
export function maskText(text: string): string {
  return new Mask().text(text)
}

/** A value as text, masked by what is sensitive under its key (of an attribute, without its scope) and in itself. */
export function maskUnder(key: string, text: string): string {
  if (text === '') return text
  const mask = new Mask()
  return isSensitive(key) ? mask.sensitive(key, text) : mask.text(text)
}

/** Masks values, counts them, and memoizes results by key, resource and span name. */
class Mask {
  count = 0
  readonly #keys = new Map<string, boolean>()
  readonly #resources = new Map<Attributes, Attributes>()
  readonly #names = new Map<string, string>()

  attributes(attributes: Attributes): Attributes {
    return attributes.map(([key, value]) => [key, this.#value(key, value)] as const)
  }

  /** Memoized by identity: resources and scopes are shared between spans, and stay shared. */
  resource(attributes: Attributes): Attributes {
    const known = this.#resources.get(attributes)
    if (known) return known
    const masked = this.attributes(attributes)
    this.#resources.set(attributes, masked)
    return masked
  }

  /** Memoized: 100,000 spans have few distinct names. */
  name(name: string): string {
    const known = this.#names.get(name)
    if (known === name) return known
    const masked = this.text(name)
    this.#names.set(name, masked)
    return masked
  }

  text(text: string): string {
    // Fast path: most texts contain none of the characters that every pattern needs.
    if (!HINT.test(text)) return text
    const masked = text
      .replace(SENSITIVE_IN_URL, maskInUrl)
      .replace(SENSITIVE_MEMBER, `$1${MASKED}`)
      .replace(SENSITIVE_FLAG, `$1${MASKED}`)
      .replace(SENSITIVE_PAIR, `$1${MASKED}`)
      .replace(SENSITIVE_TEXT, MASKED)
      .replace(LIKE_JWT, maskJwt)
    if (masked !== text) this.count++
    return masked
  }

  /** A value under a sensitive key: what can be kept of it. */
  sensitive(key: string, value: AttributeValue): string {
    const text = typeof value === 'string' ? value : undefined
    if (text !== undefined && isPeerAddress(key) && isInternalAddress(text)) return text
    const kept = text !== undefined && isStatement(key) ? maskLiterals(text) : undefined
    if (kept !== text || kept === undefined) this.count++
    return kept ?? MASKED
  }

  #value(key: string, value: AttributeValue): AttributeValue {
    if (value === null || value === '' || typeof value === 'boolean') return value
    if (this.#isSensitive(key)) return this.sensitive(key, value)
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value instanceof Uint8Array) return value
    if (Array.isArray(value)) return this.#list(value)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, this.#value(name, inner as AttributeValue)]),
    )
  }

  #list(items: readonly AttributeValue[]): AttributeValue {
    return items.map((item, i) =>
      isFlagsValue(items[i - 1], item) ? this.sensitive('', item) : this.#value('', item),
    )
  }

  #isSensitive(key: string): boolean {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const sensitive = isSensitive(key)
    this.#keys.set(key, sensitive)
    return sensitive
  }
}

/** A span whose sensitive values are masked lazily, when they are read. */
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

  override get scope(): Scope | undefined {
    const { scope } = this.below
    return (
      scope && {
        ...scope,
        name: this.#mask.name(scope.name),
        attributes: this.#mask.resource(scope.attributes),
      }
    )
  }

  override get resource(): Attributes {
    return this.#mask.resource(this.below.resource)
  }
}
