import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { attributeText, OTLP_KINDS } from './formats/otlp/otlp-values.ts'
import type { Attributes, AttributeValue, Span, SpanKind, Trace } from './model.ts'

/** How an attribute is compared; each is an operator of TraceQL too. `=~` and `!~`: a regular expression for the whole value. */
type Operator = '=' | '!=' | '=~' | '!~' | '>' | '>=' | '<' | '<='

/** A condition on one attribute. `span.` and `resource.` in front of the key say where to look; without, in both. */
export type AttributeCondition = readonly [key: string, value: string, operator?: Operator]

/** Longer operators first; a key holds none of these characters. */
const CONDITION = /^([^=<>!]+?)(\s*)(!=|=~|!~|>=|<=|=|>|<)(.*)$/s
/** `span.=x` is a slip, and no query can ask for it. */
const SCOPE_ALONE = /^(?:span|resource|event|link|instrumentation)?\.$/
/** Without an exponent, which the languages of back ends may not know. */
const NUMBER = /^-?\d+(?:\.\d+)?$/
const WHOLE = /^\s*-?\d+\s*$/

/** Reads `http.response.status_code>=500`. Returns what is wrong with it, as the end of a sentence, when it is none. */
export function parseCondition(text: string): AttributeCondition | string {
  const condition = splitCondition(text)
  if (condition === undefined) return 'is not key=value'
  const [key, value, operator = '='] = condition
  if (SCOPE_ALONE.test(key)) return 'has no attribute name'
  if (/^[<>]/.test(operator)) {
    return NUMBER.test(value) ? condition : 'needs a number to compare with'
  }
  if (operator.includes('~') && toRegExp(value) === undefined) return 'is not a regular expression'
  return condition
}

/** The parts of a condition, where its value may be none that an attribute is compared with. Undefined: it has no operator. */
function splitCondition(text: string): AttributeCondition | undefined {
  const [, key, blank, operator, rest] = CONDITION.exec(text) ?? []
  if (key === undefined || rest === undefined) return undefined
  // A value may begin with a blank, but not where another one stands before the operator: `x = 5`.
  if (operator === '=') return [key, blank === '' ? rest : rest.trim()]
  return [key, rest.trim(), operator as Operator]
}

/** Whether a condition with `=` can be written on an attribute of this name. */
export function canBeAsked(key: string): boolean {
  const read = parseCondition(`${key}=x`)
  return typeof read !== 'string' && read[0] === key && read[1] === 'x' && read[2] === undefined
}

/**
 * The condition as a predicate on a value. A missing value meets no condition, `!=` included, as in TraceQL. Of a list one
 * item is enough, as in Tempo from 2.5; where the condition excludes something, no item may be that.
 */
export function valueTest(condition: AttributeCondition): (value: AttributeValue | undefined) => boolean {
  const fits = textTest(condition)
  const excludes = condition[2]?.startsWith('!') === true
  const test = (value: AttributeValue | undefined): boolean => {
    if (value === undefined || value === null) return false
    if (!Array.isArray(value)) return fits(attributeText(value))
    return excludes ? value.length > 0 && value.every(test) : value.some(test)
  }
  return test
}

function textTest([, wanted, operator = '=']: AttributeCondition): (text: string) => boolean {
  const numeric = (test: (value: number | bigint, limit: number | bigint) => boolean) => {
    const limit = Number(wanted)
    const exactLimit = WHOLE.test(wanted) ? BigInt(wanted) : undefined
    return (text: string) => {
      if (text.trim() === '') return false
      const value = Number(text)
      // Beyond 2^53 two integers may be one number. A text too long for any number would take long to read.
      const isRounded = !Number.isSafeInteger(value) && Number.isFinite(value) && WHOLE.test(text)
      return isRounded && exactLimit !== undefined ? test(BigInt(text), exactLimit) : test(value, limit)
    }
  }
  const pattern = operator.includes('~') ? toRegExp(wanted) : undefined
  switch (operator) {
    case '=':
      return (text) => text === wanted
    case '!=':
      return (text) => text !== wanted
    case '=~':
      return (text) => pattern?.test(text) === true
    case '!~':
      return (text) => pattern?.test(text) === false
    case '>':
      return numeric((value, limit) => value > limit)
    case '>=':
      return numeric((value, limit) => value >= limit)
    case '<':
      return numeric((value, limit) => value < limit)
    case '<=':
      return numeric((value, limit) => value <= limit)
  }
}

/** What RE2 has and JavaScript reads in another way, or not at all. */
const ONLY_RE2 = /\[\[?\^?\[?:\w+:\]|\\[QEAzpP]|\(\?P/

/**
 * Anchored at both ends, as in TraceQL; `(?i)` in front ignores case, and `(?s)` holds anyway. Undefined for a bad pattern, and
 * where a file and a back end would differ.
 */
function toRegExp(pattern: string): RegExp | undefined {
  const [whole = '', flags = ''] = /^\(\?([is]+)\)/.exec(pattern) ?? []
  const bare = pattern.slice(whole.length)
  if (ONLY_RE2.test(bare)) return undefined
  try {
    return new RegExp(`^(?:${bare})$`, flags.includes('i') ? 'si' : 's')
  } catch {
    return undefined
  }
}

const SCOPED = /^(span|resource|event|link|instrumentation)?\.(.+)$/s

/**
 * What OpenTracing's tags and Jaeger call the kind of a span. A condition on it is one on the kind: `span.` isn't a scope
 * here. An attribute that is itself called `kind` is `.kind`.
 */
export const SPAN_KIND = 'span.kind'

interface ScopedName {
  /** `span`, `resource`, `event`, `link` or `instrumentation`; undefined when the name does not say where. */
  readonly scope: string | undefined
  /** The name as the span carries it. */
  readonly bare: string
}

const QUOTED = /^"((?:[^"\\]|\\["\\])+)"$/

/**
 * `span.http.method` → `span` and `http.method`; a dot in front (TraceQL's "anywhere") names no scope. Quotes around all of the
 * name are TraceQL's spelling, and no part of it: `span."my attr"` → `span` and `my attr`.
 */
export function splitScope(name: string): ScopedName {
  const [, scope, bare = name] = SCOPED.exec(name) ?? []
  const inQuotes = QUOTED.exec(bare)?.[1]
  return { scope, bare: inQuotes === undefined ? bare : inQuotes.replace(/\\(.)/g, '$1') }
}

/** Which kinds of spans a condition on `span.kind` allows. */
export const kindsOf = (condition: AttributeCondition): readonly SpanKind[] =>
  OTLP_KINDS.filter(valueTest(condition))

/** The fault of a condition on `span.kind` that allows no kind, or (with `!=`) forbids none; undefined for all others. */
export function wrongKind(condition: AttributeCondition): string | undefined {
  const [key, value, operator] = condition
  if (key !== SPAN_KIND) return undefined
  const allowed = kindsOf(condition).length
  if (operator === '!=' ? allowed < OTLP_KINDS.length : allowed > 0) return undefined
  return `"${safeText(value, 60)}" is not a span kind`
}

/** What helps who has written a kind that there is not. */
export const THE_KINDS = `The kinds are ${OTLP_KINDS.join(', ')}. For an attribute with that name: span.${SPAN_KIND}.`

/**
 * Fields of TraceQL that aren't attributes (docs: traceql, intrinsic fields), and that a span knows as text; `attributes` of Tempo
 * lists them. A colon is in no attribute of OpenTelemetry by accident.
 */
const TEXT_FIELDS: Readonly<Record<string, (span: Span) => readonly (string | undefined)[]>> = {
  'event:name': ({ events }) => events.map(({ name }) => name),
  'instrumentation:name': ({ scope }) => [scope?.name],
  'instrumentation:version': ({ scope }) => [scope?.version],
  'link:spanID': ({ links }) => links.map(({ spanId }) => spanId),
  'link:traceID': ({ links }) => links.map(({ traceId }) => traceId),
  'span:id': ({ spanId }) => [spanId],
  'span:parentID': ({ parentId }) => [parentId],
  'span:statusMessage': ({ statusMessage }) => [statusMessage],
}

/** The value of this field in a span; undefined: it isn't one of them. */
export const textField = (key: string): ((span: Span) => readonly (string | undefined)[]) | undefined =>
  Object.hasOwn(TEXT_FIELDS, key) ? TEXT_FIELDS[key] : undefined

/** Fields of TraceQL that aren't attributes and no text of a span: no condition compares them. */
const OTHER_FIELDS =
  /^(?:span:(?:duration|childCount|kind|status|name)|trace:(?:duration|id|rootName|rootService)|event:timeSinceStart)$/

/** Help for a condition on one of these fields; undefined: it isn't one. */
const insteadOf = (key: string): string | undefined =>
  OTHER_FIELDS.test(key)
    ? `Use --name, --error, --min, --max or --attr span.kind=server, or TraceQL: --query '{ ${key} = ... }'`
    : undefined

/** Whether a name that a back end lists is one of these fields, and no condition on attributes compares it. */
export const isForQuery = ({ name, scope }: { readonly name: string; readonly scope?: string }): boolean =>
  scope === 'intrinsic' && textField(name) === undefined

export interface AttributeName {
  readonly name: string
  /** What it describes: `span`, `resource`, `intrinsic` and others; absent where the back end does not tell. */
  readonly scope?: string
}

export interface AttributeValues {
  /** As in a query of this back end. */
  readonly name: string
  /** As of an {@link AttributeName}, where that matters: `intrinsic`. */
  readonly scope?: string
  readonly values: readonly AttributeSample[]
}

/** A value as text; `type` in the back end's own word (`string`, `int`, `int64`), where it tells. */
export interface AttributeSample {
  readonly value: string
  readonly type?: string
}

/** The shown value of an attribute; `key` without its scope. */
export type ShowValue = (key: string, value: AttributeValue) => AttributeValue

/** The scoped names (`span.http.method`) of the attributes of loaded traces that have values. */
export function collectNames(traces: readonly Trace[]): Set<string> {
  const names = new Set<string>()
  for (const [scope, attributes] of attributesOf(traces)) {
    // Of a key that stands there twice the last one.
    for (const [key, value] of new Map(attributes))
      if (itemsOf(value).length > 0) names.add(`${scope}.${key}`)
  }
  return names
}

/**
 * The values, as text, of the attribute with this scoped name. As a condition compares them: of a list its items, and nothing
 * of what is empty. `show` sees a list as a whole, since the item before a secret may be what tells that it is one.
 */
export function collectValues(traces: readonly Trace[], name: string, show: ShowValue): Set<string> {
  const values = new Set<string>()
  for (const [scope, attributes] of attributesOf(traces)) {
    if (!name.startsWith(`${scope}.`)) continue
    const key = name.slice(scope.length + 1)
    const value = attributes.findLast((one) => one[0] === key)?.[1] ?? null
    if (itemsOf(value).length === 0) continue
    for (const item of itemsOf(show(key, value))) values.add(attributeText(item))
  }
  return values
}

/** The attributes of each span, and of each resource once: spans of one process share one array. */
function* attributesOf(traces: readonly Trace[]): Iterable<readonly ['span' | 'resource', Attributes]> {
  const resources = new Set<Attributes>()
  for (const { spans } of traces) {
    for (const span of spans) {
      yield ['span', span.attributes]
      resources.add(span.resource)
    }
  }
  for (const resource of resources) yield ['resource', resource]
}

function itemsOf(value: AttributeValue): readonly AttributeValue[] {
  if (value === null) return []
  return Array.isArray(value) ? (value as readonly AttributeValue[]).flatMap(itemsOf) : [value]
}

/** Sorted by name, without duplicates. */
export function byName(names: readonly AttributeName[]): AttributeName[] {
  const unique = new Map(names.map((one) => [one.name, one]))
  return [...unique.values()].sort((a, b) => compareText(a.name, b.name))
}

/** Sorted by value (numbers numerically) and type, without duplicates. */
export function byValue(samples: readonly AttributeSample[]): AttributeSample[] {
  return uniqueSamples(samples).sort((a, b) => {
    const [x, y] = [a, b].map(({ value }) => (value === '' ? Number.NaN : Number(value)))
    const numbers = Number.isFinite(x) && Number.isFinite(y)
    const byItself = numbers ? (x as number) - (y as number) : compareText(a.value, b.value)
    return byItself || compareText(a.type ?? '', b.type ?? '')
  })
}

/** Each value once of each type: the text "5" is not the number 5. */
export const uniqueSamples = (samples: readonly AttributeSample[]): AttributeSample[] => [
  ...new Map(samples.map((one) => [JSON.stringify([one.value, one.type]), one])).values(),
]

// By code unit: the same on every machine, whatever its locale.
const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b)

/** Parses `key=value` texts, and those with another operator (`>=`, `!=`, `=~`); a condition stays. Failure `usage`. */
export function readConditions(given: readonly (string | AttributeCondition)[]): AttributeCondition[] {
  return given.map((text) => {
    if (typeof text !== 'string') return text
    const [key = ''] = splitCondition(text) ?? []
    const hint = insteadOf(key)
    if (hint !== undefined)
      throw new Failure('usage', `--attr: ${key} is a field of TraceQL, and no attribute`, { hint })
    const condition = parseCondition(text)
    if (typeof condition !== 'string') return condition
    throw new Failure('usage', `--attr: "${safeText(text, 60)}" ${condition}`, {
      hint: "Write it like --attr http.response.status_code=500 or --attr 'http.response.status_code>=500'.",
    })
  })
}
