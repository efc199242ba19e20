import { isUtf8 } from 'node:buffer'
import { COMMAND_RULES, FLAGS, isOfWords, maskSecrets } from './masking/rules.ts'
import { isOfMany, isSensitive, isSensitiveAttribute, isSetting } from './masking/sensitive-keys.ts'
import { keptOf, MASKED, maskBehind, type Rule } from './masking/value.ts'
import type { Attributes, AttributeValue, Scope, Span, SpanEvent, SpanLink, Trace } from './model.ts'
import { SpanView } from './span-view.ts'

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
      ...maskedNotes(trace, mask),
      spans: trace.spans.map((span) => new MaskedSpan(span, mask)),
    },
    masked: () => mask.count,
  }
}

/** What the back end says of a trace: it may repeat an attribute. */
function maskedNotes({ partial, warnings }: Trace, mask: Mask): Pick<Trace, 'partial' | 'warnings'> {
  return {
    ...(partial !== undefined && { partial: mask.text(partial) }),
    ...(warnings && { warnings: { ...warnings, texts: warnings.texts.map((text) => mask.text(text)) } }),
  }
}

export function maskText(text: string): string {
  return new Mask().text(text)
}

/**
 * Masks values, as texts, by what is sensitive under their key (of an attribute, without its scope) and in themselves. One key
 * may have many thousand values, so it is looked at once.
 */
export function maskerUnder(key: string): (text: string) => string {
  const mask = new Mask()
  const masked = isSensitiveAttribute(key)
    ? (text: string) => mask.sensitive(key, text)
    : (text: string) => mask.text(text)
  return (text) => (text === '' ? text : masked(text))
}

export function maskValue(key: string, value: AttributeValue): AttributeValue {
  return new Mask().attribute(key, value)
}

/** Masks values, counts them, and memoizes results by resource and span name. */
class Mask {
  count = 0
  readonly #resources = new Map<Attributes, Attributes>()
  readonly #names = new Map<string, string>()

  attributes(attributes: Attributes, event?: string): Attributes {
    return attributes.map(([key, value]) => [key, this.attribute(key, value, event)] as const)
  }

  attribute(key: string, value: AttributeValue, event?: string): AttributeValue {
    return this.value(key, value, isSensitiveAttribute(key, event))
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
    const masked = maskSecrets(text)
    if (masked !== text) this.count++
    return masked
  }

  sensitive(key: string, value: AttributeValue): string {
    const kept = typeof value === 'string' ? keptOf(key, value) : undefined
    if (kept === undefined || kept !== value) this.count++
    return kept ?? MASKED
  }

  value(key: string, value: AttributeValue, isMasked = isSensitive(key)): AttributeValue {
    if (value === null || value === '' || typeof value === 'boolean') return value
    if (isMasked && !isCount(key, value)) return this.sensitive(key, value)
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object') return value
    if (value instanceof Uint8Array) return this.#bytes(value)
    // An item of a list has no key of its own.
    const name = key === '' ? nameOfPair(value) : undefined
    if (name !== undefined) return this.#pair(name, value)
    if (Array.isArray(value)) return this.#list(value)
    return Object.fromEntries(
      underGivenNames(Object.entries(value)).map(([name, under, inner]) => [name, this.value(under, inner)]),
    )
  }

  /** Bytes are shown as base64, which anyone reads. What isn't a text in UTF-8 is left unchanged. */
  #bytes(bytes: Uint8Array): Uint8Array {
    if (!isUtf8(bytes)) return bytes
    const text = Buffer.from(bytes).toString()
    const masked = this.text(text)
    return masked === text ? bytes : new Uint8Array(Buffer.from(masked))
  }

  #list(items: readonly AttributeValue[]): AttributeValue {
    return items.map((item, i) => (isSecretItem(items, i) ? this.sensitive('', item) : this.value('', item)))
  }

  #pair(name: string, item: AttributeValue): AttributeValue {
    return [name, this.value(name, (item as readonly AttributeValue[])[1] as AttributeValue)]
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
      attributes: this.#mask.attributes(event.attributes, event.name),
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

  override over(below: Span): Span {
    return new MaskedSpan(below, this.#mask)
  }
}

const isCount = (key: string, value: AttributeValue): boolean =>
  (typeof value === 'number' || typeof value === 'bigint') && isOfMany(key)

const isName = (key: string, name: AttributeValue): name is string =>
  (/^(?:name|key|k)$/i.test(key) || (/^header$/i.test(key) && !/\s/.test(plainText(name)))) && isWord(name)

const isWord = (name: AttributeValue | undefined): name is string =>
  typeof name === 'string' && name.length <= 128 && isSensitive(name)

const isValue = (key: string, value: AttributeValue): boolean =>
  /^(?:value|val|v|content)$/i.test(key) || (/^values$/i.test(key) && Array.isArray(value))

/** A value as a text. A map has none: its members may be called `toString`. */
const plainText = (value: AttributeValue | undefined): string =>
  typeof value === 'object' ? '' : String(value)

/** Members of a map, of which the value stands under the name that another one says: `{name: 'cookie', value: '…'}`. */
function underGivenNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const given = members.find(([key, name]) => isName(key, name))?.[1] as string | undefined
  const isGiven = (key: string, value: AttributeValue): boolean =>
    given !== undefined && isValue(key, value) && !isSetting(given, plainText(value))
  return members.map(([key, value]) => [key, isGiven(key, value) ? (given as string) : key, value])
}

/** The name of a pair whose value is sensitive: `['cookie', '…']`. */
function nameOfPair(item: AttributeValue): string | undefined {
  const [name, value] = Array.isArray(item) && item.length === 2 ? item : []
  return isWord(name) && !/\s/.test(name) && !isOfWords(name, plainText(value)) ? name : undefined
}

/** Whether an item is the password of a program, or the value of a flag: judged as in a text. */
function isSecretItem(items: readonly AttributeValue[], place: number): boolean {
  const item = items[place]
  if (!['string', 'number', 'bigint'].includes(typeof item)) return false
  const list = items.slice(Math.max(0, place - 16), place + 1).map(written)
  const isIn = (before: number) => (rule: Rule) =>
    !maskBehind(`[${list.slice(-before - 1).join(',')}]`, rule).endsWith(`${list.at(-1)}]`)
  return isIn(1)(FLAGS) || COMMAND_RULES.some(isIn(16))
}

const written = (item: AttributeValue): string =>
  typeof item === 'string' ? JSON.stringify(item) : plainText(item)
