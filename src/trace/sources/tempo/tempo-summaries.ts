import { isObject, type JsonObject } from '../../../json-object.ts'
import { asCount, asInteger, hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { knownMoment } from '../../formats/span-times.ts'
import type { TraceSummary } from '../../search.ts'
import { listInAnswer, readItems } from '../list-in-answer.ts'
import type { ApiAnswer } from '../trace-source.ts'
import { noSuchPath } from './tempo-send.ts'

/** The traces of one answer of `GET /api/search`. */
export function readSummaries(answer: ApiAnswer): TraceSummary[] {
  if (answer.status === 404) throw noSuchPath('has no search')
  return readItems(listInAnswer(answer.json(), ['traces'], 'Tempo'), 'Tempo', readSummary)
}

function readSummary(item: JsonObject): TraceSummary[] {
  const traceId = hexId(item.traceID, 32)
  if (traceId === undefined) return []
  const stats = isObject(item.serviceStats) ? Object.entries(item.serviceStats) : []
  const [spans, errors] = [sumOf(stats, 'spanCount'), sumOf(stats, 'errorCount')]
  const [rootService, rootName] = [rootText(item.rootServiceName), textOrNumber(item.rootTraceName)]
  const startNanos = knownMoment(asInteger(item.startTimeUnixNano))
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    ...(startNanos !== undefined && { startNanos }),
    durationNanos: durationOf(item),
    isInMillis: true,
    ...(spans !== undefined && { spans }),
    ...(errors !== undefined && { errors }),
    services: stats.map(([name]) => name),
  }
  return [summary]
}

/** Of all services; undefined where one of them has no usable number, or there is none. */
function sumOf(stats: readonly (readonly [string, unknown])[], key: string): number | undefined {
  let total = stats.length > 0 ? 0 : Number.NaN
  for (const [, one] of stats) total += (isObject(one) ? asCount(one[key]) : undefined) ?? Number.NaN
  return Number.isNaN(total) ? undefined : total
}

/** Omitted for less than a millisecond. Undefined for what no trace can have, and the model cannot hold. */
function durationOf({ durationMs }: JsonObject): number | undefined {
  const nanos = Number(asInteger(durationMs ?? 0) ?? -1n) * 1e6
  return Number.isSafeInteger(nanos) && nanos >= 0 ? nanos : undefined
}

/** Tempo's own placeholder for a root it has not received (yet). */
function rootText(value: unknown): string | undefined {
  const text = textOrNumber(value)
  return text === '<root span not yet received>' ? undefined : text
}
