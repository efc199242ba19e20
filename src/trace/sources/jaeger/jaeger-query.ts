import { isoTime } from '../../formats/iso-time.ts'
import type { TraceFilter } from '../../search.ts'

/** The query parameters of `/api/v3/trace-summaries`, their names spelt by `spell`. */
export function v3Query(filter: TraceFilter, spell: (name: string) => string): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const time = (millis: number) => isoTime(BigInt(Math.round(millis)) * 1_000_000n)
  const values: Record<string, string | undefined> = {
    service_name: service,
    operation_name: name,
    attributes: tags(filter),
    start_time_min: time(filter.fromMillis),
    start_time_max: time(filter.toMillis),
    duration_min: minNanos === undefined ? undefined : `${minNanos}ns`,
    duration_max: maxNanos === undefined ? undefined : `${maxNanos}ns`,
    search_depth: String(filter.limit),
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(given.map(([key, value]) => [`query.${spell(key)}`, value]))
}

/** The query parameters of `/api/traces`, times in microseconds (jaeger `query_parser.go`). */
export function v2Query(filter: TraceFilter): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const attributes = tags(filter)
  return {
    ...(service !== undefined && { service }),
    ...(name !== undefined && { operation: name }),
    ...(attributes !== undefined && { tags: attributes }),
    start: String(Math.round(filter.fromMillis) * 1000),
    end: String(Math.round(filter.toMillis) * 1000),
    ...(minNanos !== undefined && { minDuration: `${minNanos}ns` }),
    ...(maxNanos !== undefined && { maxDuration: `${maxNanos}ns` }),
    limit: String(filter.limit),
  }
}

function tags({ attributes, errors }: TraceFilter): string | undefined {
  const all = errors ? [...attributes, ['error', 'true'] as const] : attributes
  return all.length === 0 ? undefined : JSON.stringify(Object.fromEntries(all))
}
