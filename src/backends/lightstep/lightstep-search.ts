import { Failure } from '../../errors.ts'
import { SPAN_KIND, splitScope } from '../../trace/attribute-condition.ts'
import { hasDuration, latestFirst, type SearchResult, type TraceFilter } from '../../trace/search.ts'
import type { OnPage, SnapshotConsent } from '../trace-source.ts'
import { requireEqualAttributes } from '../traces-in-answer.ts'
import type { LightstepProject } from './lightstep-api.ts'
import { takeSnapshot } from './lightstep-snapshot.ts'

/**
 * Lightstep's API has no search. The nearest thing are examples of spans (exemplars) that a snapshot collects, which counts
 * against a limit of the organization: only with consent.
 */
export async function searchLightstep(
  filter: TraceFilter,
  project: LightstepProject,
  consent: SnapshotConsent,
  onPage?: OnPage,
): Promise<SearchResult> {
  requireEqualAttributes(filter, 'Lightstep')
  const asked = filter.query ?? spanQuery(filter)
  // Not --error: to `trace why` failed spans are the selection, and name nothing to search for.
  if (asked === '')
    throw new Failure('usage', 'Lightstep needs at least one filter', {
      hint: 'Add --service, --name or --attr.',
    })
  await consent.request("Lightstep's public API cannot search; it collects example spans")
  const examples = latestFirst(await takeSnapshot(asked, project, consent))
  const fitting = examples.filter((one) => hasDuration(one, filter))
  const traces = fitting.slice(0, filter.limit)
  await onPage?.(traces)
  return {
    traces,
    truncated: fitting.length > traces.length,
    asked,
    notes: ['examples of recent spans, not all of them; a snapshot ignores times'],
    isAssembling: true,
    isOfAnyTime: true,
  }
}

/**
 * The query syntax of Lightstep's streams and snapshots (docs: query-syntax): `key IN ("v")` joined by AND, exact
 * values. Durations are not part of it. Empty when the filter has no condition it can express.
 */
function spanQuery({ service, name, attributes, errors }: TraceFilter): string {
  return [
    ...(service === undefined ? [] : [clause('service', service)]),
    ...(name === undefined ? [] : [clause('operation', name)]),
    ...attributes.map(([key, value]) => clause(quoted(lightstepName(key)), value)),
    ...(errors ? [clause('"error"', 'true')] : []),
  ].join(' AND ')
}

/**
 * The name of an attribute at Lightstep, which does not tell `span.` from `resource.`. What it has on its spans beside
 * them keeps its whole name: `span.kind`, `instrumentation.name`.
 */
export function lightstepName(key: string): string {
  const { scope = 'span', bare } = splitScope(key)
  return key !== SPAN_KIND && (scope === 'span' || scope === 'resource') ? bare : key
}

export const clause = (key: string, value: string): string => `${key} IN (${quoted(value)})`

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
