import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import { SPAN_KIND, splitScope } from '../../conditions/attribute-scope.ts'
import { isoTime } from '../../formats/iso-time.ts'
import { isOfWholeTrace, type TraceFilter } from '../../search.ts'

/**
 * Traces that are compared when durations are those of whole traces: Jaeger itself compares spans only. Its storages
 * load each trace to summarise it, and its own UI offers at most 1500.
 */
const COMPARED = 1000

/** How many traces to ask Jaeger for. */
export const searchDepth = (filter: TraceFilter): number =>
  isOfWholeTrace(filter) ? Math.max(filter.limit, COMPARED) : filter.limit

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
    // A trace may be long without one long span, but a short trace has only short ones.
    duration_min: minNanos === undefined || isOfWholeTrace(filter) ? undefined : `${minNanos}ns`,
    duration_max: maxNanos === undefined ? undefined : `${maxNanos}ns`,
    search_depth: String(searchDepth(filter)),
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(given.map(([key, value]) => [`query.${spell(key)}`, value]))
}

/**
 * The query parameters of `/api/traces`, times in microseconds (jaeger `query_parser.go`). VictoriaTraces leaves the limits of a
 * duration out, and has a prefix for attributes of the resource (recorded in July 2025).
 */
export function v2Query(filter: TraceFilter, isVictoria: boolean): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const attributes = tags(filter, isVictoria)
  const wider = isVictoria ? 1 : 0
  return {
    ...(service !== undefined && { service }),
    ...(name !== undefined && { operation: name }),
    ...(attributes !== undefined && { tags: attributes }),
    start: String(Math.round(filter.fromMillis) * 1000),
    end: String(Math.round(filter.toMillis) * 1000),
    ...(minNanos !== undefined && minNanos > 0 && { minDuration: `${minNanos - wider}ns` }),
    ...(maxNanos !== undefined && { maxDuration: `${maxNanos + wider}ns` }),
    limit: String(filter.limit),
  }
}

/** Failure `cannot-do` for two values of one attribute: the API takes a map. */
export function requireOneValueEach(filter: TraceFilter): void {
  const values = new Map<string, string>()
  for (const [key, value] of tagPairs(filter)) {
    if ((values.get(key) ?? value) !== value) {
      throw new Failure(
        'cannot-do',
        `Jaeger takes one value for each attribute, and ${safeText(key, 60)} is asked for with two`,
        { hint: 'Leave one of them out.' },
      )
    }
    values.set(key, value)
  }
}

/** Jaeger knows no scopes: it looks for a tag in the span, its process and its logs. */
function tagPairs(
  { attributes, errors }: TraceFilter,
  isVictoria = false,
): (readonly [key: string, value: string])[] {
  const pairs = attributes.map(([key, value]) => [tagOf(key, isVictoria), value] as const)
  return errors ? [...pairs, ['error', 'true'] as const] : pairs
}

function tagOf(key: string, isVictoria: boolean): string {
  const { scope, bare } = splitScope(key)
  if (key === SPAN_KIND) return key
  return isVictoria && scope === 'resource' ? `resource_attr:${bare}` : bare
}

/**
 * Of a search that found nothing: that its first key with a scope was asked for without it, and how to ask for an attribute that
 * is called so; or one of the resource, where the key named no scope. Undefined: there is no such key.
 */
export function cutKeyNote({ attributes }: TraceFilter, isVictoria: boolean): string | undefined {
  const scopeOf = (one: string) => (one === SPAN_KIND ? 'span' : splitScope(one).scope)
  const isCut = (one: string) => tagOf(one, isVictoria) === splitScope(one).bare && scopeOf(one) !== undefined
  const [key, value] = attributes.find(([one]) => isCut(one)) ?? []
  if (key === undefined) {
    const [plain, wanted] = attributes.find(([one]) => scopeOf(one) === undefined) ?? []
    if (plain === undefined || !isVictoria) return undefined
    const { bare } = splitScope(plain)
    const flag = `--attr ${shellWord(`resource.${bare}=${wanted}`)}`
    return `VictoriaTraces looked for ${safeText(bare, 60)} in spans; in their resources: ${flag}`
  }
  const [asked, whole] = [tagOf(key, false), key].map((name) => safeText(name, 60))
  const flag = `--attr ${shellWord(`.${key}=${value}`)}`
  return `Jaeger knows no scopes, and was asked for ${asked}; for an attribute that is called ${whole}: ${flag}`
}

function tags(filter: TraceFilter, isVictoria = false): string | undefined {
  const all = tagPairs(filter, isVictoria)
  return all.length === 0 ? undefined : JSON.stringify(Object.fromEntries(all))
}
