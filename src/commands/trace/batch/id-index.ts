import type { TraceReference } from '../../../trace/id.ts'
import type { WantedTrace } from './id-list.ts'

/** Wanted traces by the ids that a line of the output may show them by. */
export class IdIndex {
  /** By the low half of a trace id: a 64-bit id is that of a 128-bit one. */
  readonly #byTrace = new Map<string, [WantedTrace, string][]>()
  readonly #bySpan = new Map<string, WantedTrace[]>()

  constructor(wanted: readonly WantedTrace[]) {
    for (const one of wanted) {
      for (const { traceId, spanId } of readingsOf(one.reference)) {
        if (traceId !== undefined) pushTo(this.#byTrace, lowHalf(traceId), [one, traceId])
        if (spanId !== undefined) pushTo(this.#bySpan, spanId, one)
      }
    }
  }

  /** Those that a trace with this id is. */
  ofTrace(traceId: string): WantedTrace[] {
    const found = this.#byTrace.get(lowHalf(traceId)) ?? []
    return found.filter(([, id]) => id.length <= 16 || id === traceId.padStart(32, '0')).map(([one]) => one)
  }

  /** Those that are the trace of this span. */
  ofSpan(spanId: string): readonly WantedTrace[] {
    return this.#bySpan.get(spanId.padStart(16, '0')) ?? []
  }
}

const readingsOf = (reference: TraceReference): TraceReference[] => [reference, ...reference.alternatives]

const lowHalf = (traceId: string): string => traceId.padStart(32, '0').slice(16)

function pushTo<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}
