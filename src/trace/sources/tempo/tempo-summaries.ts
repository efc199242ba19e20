import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { asInteger } from '../../formats/integer.ts'
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
  const sum = (key: string) =>
    stats.reduce((total, [, one]) => total + (isObject(one) ? Number(one[key] ?? 0) : 0), 0)
  const [rootService, rootName] = [rootText(item.rootServiceName), textOrNumber(item.rootTraceName)]
  const millis = Number(item.durationMs ?? 0)
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    startNanos: asInteger(item.startTimeUnixNano) ?? 0n,
    // Omitted for less than a millisecond.
    durationNanos: millis > 0 && millis < Infinity ? millis * 1e6 : 0,
    isInMillis: true,
    ...(stats.length > 0 && { spans: sum('spanCount'), errors: sum('errorCount') }),
    services: stats.map(([name]) => name),
  }
  return [summary]
}

/** Tempo's own placeholder for a root it has not received (yet). */
function rootText(value: unknown): string | undefined {
  const text = textOrNumber(value)
  return text === '<root span not yet received>' ? undefined : text
}
