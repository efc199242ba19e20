import type { Capabilities } from '../../../backends/backend.ts'
import { Failure } from '../../../errors.ts'
import { safeText } from '../../../safe-text.ts'
import { byName, byValue, collectAttributes } from '../../attributes.ts'
import type { Trace } from '../../model.ts'
import { fits, latestFirst, type SearchResult, summarise, type TraceFilter } from '../../search.ts'
import { noSuchTrace, traceIdsOf } from '../trace-ids.ts'
import type { OnPage, TraceSource } from '../trace-source.ts'

const CAPABILITIES: Capabilities = {
  trace: true,
  search: true,
  services: true,
  attributes: true,
  query: {
    why: 'it holds traces, and no query language runs over them here',
    instead: 'Give its spans to another tool: ls-auth trace get FILE -o csv.',
  },
}

/** The traces of a file, asked like any other back end. `name` is for messages. */
export function fileSource(traces: readonly Trace[], name: string): TraceSource {
  return {
    name: safeText(name, 200),
    capabilities: CAPABILITIES,
    async trace(reference) {
      const ids = traceIdsOf(reference, 'A file')
      const found = traces.find(({ traceId }) => ids.some((id) => traceId.endsWith(id)))
      if (found) return found
      throw noSuchTrace(ids[0] as string, safeText(name, 200), 'See: ls-auth trace search --file FILE')
    },
    search: (filter, onPage) => search(traces, filter, onPage),
    services: async () =>
      [...new Set(traces.flatMap(({ spans }) => spans.map((span) => span.service)))].sort(),
    attributes: async () =>
      byName(
        [...collectAttributes(traces).keys()].map((key) => ({
          name: key,
          scope: key.split('.')[0] as string,
        })),
      ),
    async attributeValues(asked) {
      const found = collectAttributes(traces)
      const key = [asked, `span.${asked}`, `resource.${asked}`].find((one) => found.has(one))
      const values = key === undefined ? undefined : found.get(key)
      if (key === undefined || !values) {
        throw new Failure('not-found', `no span carries an attribute ${safeText(asked, 80)}`, {
          hint: 'See: ls-auth attributes --file FILE',
        })
      }
      return { name: key, values: byValue([...values].map((value) => ({ value }))) }
    },
    link: () => undefined,
  }
}

async function search(
  traces: readonly Trace[],
  filter: TraceFilter,
  onPage: OnPage | undefined,
): Promise<SearchResult> {
  if (filter.query !== undefined) {
    throw new Failure('cannot-do', 'a file has no query language', {
      hint: 'Use --service, --name, --attr, --min, --max and --error.',
    })
  }
  const fitting = traces
    .map((trace) => ({ trace, summary: summarise(trace) }))
    .filter(({ trace, summary }) => fits(trace, summary, filter))
  const sorted = latestFirst(fitting.map(({ summary }) => summary))
  const found = sorted.slice(0, filter.limit)
  await onPage?.(found)
  return { traces: found, truncated: sorted.length > found.length, asked: '' }
}
