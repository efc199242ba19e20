import type { SpanData, TraceData } from '../trace-data.ts'
import type { Reply } from './lightstep-telemetry.ts'

/** Requests for snapshots that an organization has in an hour, and when they are all back. */
const A_HOUR = 60
const RESET_SECONDS = 1380

/** What an organization has of snapshots, and the traces they had assembled. */
export class Snapshots {
  /** Requests left in this hour; all endpoints of snapshots count. */
  left = A_HOUR
  #spentFrom = 0
  /** How long it says that a snapshot takes. */
  takesMilliseconds = 2_000
  /** How often a snapshot is looked at before its exemplars are there. */
  looksUntilReady = 1
  /** Traces are not in `stored-traces` before a snapshot has collected a span of them. */
  assembleOnDemand = false
  /** The reset of the limit is told as a date (seconds since the epoch), as some gateways do. */
  tellsDate = false
  readonly taken: { id: string; query: string; looks: number }[] = []
  readonly #assembled = new Set<string>()

  isAssembled(trace: TraceData): boolean {
    return !this.assembleOnDemand || this.#assembled.has(trace.traceId)
  }

  /** `POST …/snapshots`. */
  take(query: string): Reply {
    const none = this.#spend()
    if (none) return none
    if (!/^[\w".]+ (NOT )?IN \(/.test(query))
      return this.#answer(400, { errors: [`cannot parse query: ${query}`] })
    const id = `snap${this.taken.length + 1}`
    this.taken.push({ id, query, looks: 0 })
    const complete = new Date(Date.now() + this.takesMilliseconds).toISOString()
    return this.#answer(200, {
      data: { type: 'snapshot', id, attributes: { query, 'complete-time': complete } },
    })
  }

  /** `GET …/snapshots/{id}`: exemplars only where they are asked for, and only once it is ready. */
  look(id: string, include: boolean, traces: readonly TraceData[]): Reply {
    const none = this.#spend()
    if (none) return none
    const snapshot = this.taken.find((one) => one.id === id)
    if (!snapshot) return this.#answer(404, { errors: [`snapshot ${id} not found`] })
    snapshot.looks++
    const attributes: Record<string, unknown> = { query: snapshot.query }
    if (include && snapshot.looks > this.looksUntilReady)
      attributes.exemplars = this.#collect(snapshot.query, traces)
    return this.#answer(200, { data: { type: 'snapshot', id, attributes } })
  }

  #collect(query: string, traces: readonly TraceData[]): unknown[] {
    return traces.flatMap((trace) => {
      const spans = trace.spans.filter((span) => matches(query, trace, span))
      if (spans.length > 0) this.#assembled.add(trace.traceId)
      return spans.map((span) => ({
        'service-name': span.service,
        'span-name': span.name,
        'span-guid': span.spanId,
        'duration-micros': span.endMicros - span.startMicros,
        'has-error': span.error,
        attributes: span.tags,
      }))
    })
  }

  #spend(): Reply | undefined {
    // A world to play in lives longer than that.
    if (Date.now() > this.#spentFrom + RESET_SECONDS * 1000) {
      if (this.#spentFrom > 0) this.left = A_HOUR
      this.#spentFrom = Date.now()
    }
    if (this.left > 0) {
      this.left--
      return undefined
    }
    return this.#answer(429, { errors: ['Rate limit exceeded'] })
  }

  #answer(status: number, body: unknown): Reply {
    const headers = {
      'x-ratelimit-limit': String(A_HOUR),
      'x-ratelimit-remaining': String(this.left),
      'x-ratelimit-reset': String(RESET_SECONDS + (this.tellsDate ? Math.floor(Date.now() / 1000) : 0)),
    }
    return { status, body, headers }
  }
}

/** `key IN ("v", …)` joined by AND. */
export function matches(query: string, trace: TraceData, span: SpanData): boolean {
  const known: Record<string, string> = {
    service: span.service,
    operation: span.name,
    error: String(span.error),
    'lightstep.trace_id': trace.traceId.slice(16),
    'lightstep.span_id': span.spanId,
  }
  return query.split(/\s+AND\s+/).every((clause) => {
    const [, key = '', list = ''] = /^"?([\w.]+)"?\s+IN\s+\((.*)\)$/i.exec(clause.trim()) ?? []
    const values = [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, value]) =>
      value?.replace(/\\(.)/g, '$1'),
    )
    return values.includes(known[key] ?? String(span.tags[key]))
  })
}
