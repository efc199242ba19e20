import { isObject } from '../../json-object.ts'
import {
  type Attributes,
  type AttributeValue,
  attribute,
  type Dropped,
  type Scope,
  type Span,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
  type SpanMark,
  type SpanStatus,
  type Trace,
} from '../model.ts'
import { SpanView } from '../span-view.ts'

/**
 * Where Jaeger keeps what its query service says about a span: an attribute in v3 (jaeger `jptrace/warning.go`), the
 * member `warnings` in the UI's JSON. Read, both are this attribute.
 */
export const JAEGER_WARNINGS = '@jaeger@warnings'

/** The two texts for a trace over `max_trace_size`, of which the rest was left out. */
const CUT = /\bmore than \d+ spans\b|\btrace size exceeded\b/

const saysCut = (warning: string): boolean => CUT.test(warning)

/** The texts of the attribute or of a member `warnings`: a list, or a list as the text of a tag. */
export function warningTexts(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? listInText(value) : value
  return Array.isArray(list) ? (list as unknown[]).filter((text): text is string => isText(text)) : []
}

/** A member `warnings` as the attribute; undefined when it says nothing. */
export function warningsAttribute(value: unknown): [key: string, value: AttributeValue] | undefined {
  const texts = warningTexts(value)
  return texts.length === 0 ? undefined : [JAEGER_WARNINGS, texts]
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function listInText(text: string): unknown {
  if (!text.startsWith('[')) return [text]
  try {
    return JSON.parse(text)
  } catch {
    return [text]
  }
}

/** Maps an error to the one to throw, in words that fit where the document came from. */
export type Explain = (error: unknown) => unknown

/**
 * Six characters, because V8 searches for a longer text more slowly in binary: 11 instead of 3 ms for 43 MB without any (Node
 * 24).
 */
const WARNINGS_BEGIN = JAEGER_WARNINGS.slice(0, 6)

const isTrue = (value: AttributeValue | undefined): boolean => value === true || value === 'true'

class FailedSpan extends SpanView {
  override get status(): SpanStatus {
    return 'error'
  }
}

/** Collects what a document holds: its spans by trace id, and whether numbers lost digits on the way. */
export class Collection {
  readonly #spans = new Map<string, Span[]>()
  readonly #partial = new Map<string, string>()
  readonly #warnings = new Map<string, { spans: number; texts: Set<string> }>()
  #lastId = ''
  #last: Span[] = []
  /** The format was recognised: without spans the document is empty, not unknown. */
  recognised = false
  /** An integer beyond 2^53 came as a JSON number, so its last digits are wrong. */
  inexact = false
  /** Why none of its traces is whole, as the server words it. */
  partial: string | undefined
  /** Some span may call a model or a tool. */
  callsModels = true
  /** Of a merged collection without spans. */
  #emptyPart: string | undefined

  /** Applied to every error before it is thrown, also to errors of parts that are read lazily. */
  readonly explain: Explain

  constructor(explain: Explain = (error) => error) {
    this.explain = explain
  }

  /** The spans of a trace; the same array for the same id. */
  spansOf(traceId: string): Span[] {
    if (traceId === this.#lastId) return this.#last
    let spans = this.#spans.get(traceId)
    if (!spans) {
      spans = []
      this.#spans.set(traceId, spans)
    }
    this.#lastId = traceId
    this.#last = spans
    return spans
  }

  add(traceId: string, more: readonly Span[]): void {
    const spans = this.spansOf(traceId)
    // No spread: 100,000 arguments are more than a call can take.
    for (let i = 0; i < more.length; i++) spans.push(more[i]!)
  }

  cut(traceId: string, why: string): void {
    this.#partial.set(traceId, why)
  }

  /** Notes what the back end says about a trace; `spans`: in how many of its spans it says so. */
  warn(traceId: string, texts: readonly string[], spans: number): void {
    const known = this.#warnings.get(traceId) ?? { spans: 0, texts: new Set<string>() }
    this.#warnings.set(traceId, known)
    if (!texts.every(saysCut)) known.spans += spans
    for (const text of texts) known.texts.add(text)
  }

  /** Looks for warnings in every attribute: only for a document that holds some, since it parses all spans. */
  readWarnings(): void {
    for (const known of this.#warnings.values()) known.spans = 0
    for (const [traceId, spans] of this.#spans) {
      for (const span of spans) {
        const texts = warningTexts(attribute(span.attributes, JAEGER_WARNINGS))
        if (texts.length > 0) this.warn(traceId, texts, 1)
      }
    }
  }

  /**
   * `error=true` is an error also where the status is unset, as in Envoy, OpenTracing, Jaeger and Zipkin. Parses the attributes
   * of all spans with an unset status: only for a document that holds the attribute.
   */
  readErrors(): void {
    for (const spans of this.#spans.values()) {
      for (const [i, span] of spans.entries()) {
        if (span.status === 'unset' && isTrue(attribute(span.attributes, 'error')))
          spans[i] = new FailedSpan(span)
      }
    }
  }

  /** Merges another collection into this one. A part missing there says nothing about the traces that are here already. */
  absorb(other: Collection): void {
    for (const [traceId, spans] of other.#spans) {
      this.add(traceId, spans)
      const why = other.#partial.get(traceId) ?? other.partial
      if (why !== undefined) this.cut(traceId, why)
    }
    if (other.#spans.size === 0) this.#emptyPart ??= other.whyEmpty
    this.recognised ||= other.recognised
    this.inexact ||= other.inexact
  }

  /** Sets `inexact` when the value is an integer that JSON.parse has rounded, or holds one within this many levels. */
  check(value: unknown, levels = 100): void {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.inexact = true
    } else if (levels > 0) {
      if (Array.isArray(value)) for (let i = 0; i < value.length; i++) this.check(value[i], levels - 1)
      else if (isObject(value)) for (const key in value) this.#checkMember(value[key], levels - 1)
    }
  }

  /** Most are texts: they cost no call. */
  #checkMember(value: unknown, levels: number): void {
    if (typeof value !== 'string') this.check(value, levels)
  }

  /** Where it holds no span: why the document is only a part, as the server words it. */
  get whyEmpty(): string | undefined {
    return this.partial ?? this.#emptyPart
  }

  /** One trace per id, in order of first appearance. Ids without spans are left out. */
  traces(): Trace[] {
    return [...this.#spans]
      .filter(([, spans]) => spans.length > 0)
      .map(([traceId, spans]) => ({ traceId, spans, ...this.#reports(traceId) }))
  }

  #reports(traceId: string): Pick<Trace, 'partial' | 'warnings' | 'callsModels'> {
    const { spans = 0, texts = [] } = this.#warnings.get(traceId) ?? {}
    const partial = this.#partial.get(traceId) ?? this.partial ?? [...texts].find(saysCut)
    const others = [...texts].filter((text) => text !== partial)
    return {
      ...(partial !== undefined && { partial }),
      ...(others.length > 0 && { warnings: { spans, texts: others } }),
      ...(!this.callsModels && { callsModels: false }),
    }
  }
}

/** One of these is in each span of a model or a tool. To read the attributes of 100,000 rows in vain took 0.7 s of 2.4. */
const GEN_AI = ['gen_ai.', 'openinference.', 'traceloop.', 'ai.operationId']

/**
 * Attributes stay unread unless one of them matters here: looking for its name in the bytes costs next to nothing.
 * `mayFail`: a span may say by an attribute that it failed, and its reader has not looked.
 */
export function withDetails(into: Collection, bytes: Buffer, mayFail: boolean): Collection {
  if (bytes.includes(WARNINGS_BEGIN)) into.readWarnings()
  if (mayFail) into.readErrors()
  into.callsModels = GEN_AI.some((name) => bytes.includes(name))
  return into
}

/**
 * Parses the expensive parts of a span from the raw form its format kept. One instance serves all spans of a document.
 */
export interface Details<Raw> {
  attributes(raw: Raw): Attributes
  events(raw: Raw): readonly SpanEvent[]
  links(raw: Raw): readonly SpanLink[]
  /** Only of a format that can say it. */
  dropped?(raw: Raw): Dropped | undefined
}

/** Wraps `details` so that their errors, thrown long after the document was read, go through `explain`. */
export function explained<Raw>(details: Details<Raw>, explain: (error: unknown) => unknown): Details<Raw> {
  const attempt = <Result>(read: () => Result): Result => {
    try {
      return read()
    } catch (error) {
      throw explain(error)
    }
  }
  return {
    attributes: (raw) => attempt(() => details.attributes(raw)),
    events: (raw) => attempt(() => details.events(raw)),
    links: (raw) => attempt(() => details.links(raw)),
    dropped: (raw) => attempt(() => details.dropped?.(raw)),
  }
}

/** The parts of a span that every reader of a trace needs, parsed eagerly. */
export type Skeleton = Omit<Span, 'attributes' | 'events' | 'links' | 'dropped'>

/**
 * A span whose attributes, events, links and counts of dropped ones are parsed on each access and not cached. A waterfall of
 * 100,000 spans reads those of a handful, and an export reads each once. All instances have the same members in the same order,
 * with or without a parent: one hidden class, so property access stays monomorphic and fast.
 */
export class LazySpan<Raw> implements Span {
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  readonly service: string
  readonly kind: SpanKind
  readonly status: SpanStatus
  readonly statusMessage: string | undefined
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly resource: Attributes
  readonly scope: Scope | undefined
  readonly marks: readonly SpanMark[]
  readonly #details: Details<Raw>
  readonly #raw: Raw

  constructor(skeleton: Skeleton, details: Details<Raw>, raw: Raw) {
    this.spanId = skeleton.spanId
    this.parentId = skeleton.parentId
    this.name = skeleton.name
    this.service = skeleton.service
    this.kind = skeleton.kind
    this.status = skeleton.status
    this.statusMessage = skeleton.statusMessage
    this.startNanos = skeleton.startNanos
    this.durationNanos = skeleton.durationNanos
    this.resource = skeleton.resource
    this.scope = skeleton.scope
    this.marks = skeleton.marks
    this.#details = details
    this.#raw = raw
  }

  get attributes(): Attributes {
    return this.#details.attributes(this.#raw)
  }

  get events(): readonly SpanEvent[] {
    return this.#details.events(this.#raw)
  }

  get links(): readonly SpanLink[] {
    return this.#details.links(this.#raw)
  }

  get dropped(): Dropped | undefined {
    return this.#details.dropped?.(this.#raw)
  }
}
