import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'
import {
  byName,
  byValue,
  canBeAsked,
  collectNames,
  collectValues,
  SPAN_KIND,
  splitScope,
} from '../trace/attributes.ts'
import type { Trace } from '../trace/model.ts'
import {
  beganIn,
  FILTER_FLAGS,
  latestFirst,
  matchesTrace,
  type SearchResult,
  summariseTrace,
  type TraceFilter,
} from '../trace/search.ts'
import type { TimeRange } from '../trace/series.ts'
import { earliestStart } from '../trace/tree/attach.ts'
import type { Capabilities } from './backend.ts'
import { traceIdsOf } from './trace-ids.ts'
import type { OnPage, TraceSource } from './trace-source.ts'

const CAPABILITIES: Capabilities = {
  trace: true,
  search: true,
  follow: { why: 'a file does not change', instead: 'Search it without --follow.' },
  services: true,
  attributes: true,
  query: {
    why: 'ls-auth has no query language for files',
    instead: 'Export its spans for another tool: ls-auth trace get FILE -o csv.',
  },
}

/** A file as a source; `largest` is what is shown when no id is given. */
export interface FileSource extends TraceSource {
  /** At least 1. */
  readonly traceCount: number
  /** The trace with most spans, the first of equal ones. */
  readonly largest: Trace
  /** No other trace has as many spans. */
  readonly hasOneLargest: boolean
}

/**
 * The traces of a file (at least one) behind the interface of every source. `name` is for people, and safe for a terminal;
 * `path` as typed.
 */
export function fileSource(traces: readonly Trace[], name: string, path: string): FileSource {
  let byId: Map<string, Trace> | undefined
  const largest = traces.reduce((a, b) => (b.spans.length > a.spans.length ? b : a))
  return {
    name,
    capabilities: CAPABILITIES,
    traceCount: traces.length,
    largest,
    hasOneLargest: traces.filter(({ spans }) => spans.length === largest.spans.length).length === 1,
    async trace(reference) {
      const ids = traceIdsOf(reference, 'A file')
      // Each trace of a search is asked for: looking through all of them each time takes minutes.
      byId ??= new Map(traces.map((trace) => [trace.traceId, trace]))
      const exact = byId.get(ids[0] ?? '')
      const found = exact ?? traces.find(({ traceId }) => ids.some((id) => traceId.endsWith(id)))
      if (found) return found
      throw new Failure('not-found', `${name} has no trace ${ids[0]}`, {
        hint: 'It has these:',
        detail: traces
          .slice(0, 10)
          .map(({ traceId, spans }) => `${traceId}  ${spans.length} span${spans.length === 1 ? '' : 's'}`),
      })
    },
    search: (filter, onPage) => search(traces, filter, onPage),
    services: async () =>
      [...new Set(traces.flatMap(({ spans }) => spans.map((span) => span.service)))].sort(),
    attributes: async (range) =>
      byName(
        [...collectNames(within(traces, range))].filter(canBeAsked).flatMap((name) => {
          // Without a scope: `span.` alone, whose attribute has an empty name.
          const { scope } = splitScope(name)
          return scope === undefined ? [] : [{ name, scope }]
        }),
      ),
    async attributeValues(asked, range, show) {
      const inRange = within(traces, range)
      if (asked === SPAN_KIND) {
        const kinds = inRange.flatMap(({ spans }) => spans.map(({ kind }) => ({ value: kind })))
        return { name: asked, values: byValue(kinds) }
      }
      const { scope, bare } = splitScope(asked)
      const plain = scope === undefined ? bare : `${scope}.${bare}`
      for (const name of [plain, `span.${plain}`, `resource.${plain}`]) {
        const values = collectValues(inRange, name, show)
        if (values.size > 0) return { name, values: byValue([...values].map((value) => ({ value }))) }
      }
      throw noneCarries(asked, path, inRange.length === traces.length)
    },
  }
}

/** Those that a search in this time looks at. */
const within = (traces: readonly Trace[], range: TimeRange): readonly Trace[] =>
  traces.filter(({ spans }) => beganIn(earliestStart(spans), range))

function noneCarries(asked: string, path: string, isOfAll: boolean): Failure {
  const [which, further] = isOfAll
    ? ['', 'See']
    : [' in this time', 'Look further back with --since, or see the names']
  return new Failure('not-found', `no span${which} carries an attribute ${safeText(asked, 80)}`, {
    hint: `${further}: ls-auth attributes --file ${shellWord(path)}`,
  })
}

async function search(
  traces: readonly Trace[],
  filter: TraceFilter,
  onPage: OnPage | undefined,
): Promise<SearchResult> {
  if (filter.query !== undefined) {
    throw new Failure('cannot-do', 'a file has no query language', {
      hint: `Use ${FILTER_FLAGS}.`,
    })
  }
  const fitting = traces
    .map((trace) => ({ trace, summary: summariseTrace(trace) }))
    .filter(({ trace, summary }) => matchesTrace(trace, summary, filter))
  const sorted = latestFirst(fitting.map(({ summary }) => summary))
  const found = sorted.slice(0, filter.limit)
  await onPage?.(found)
  return { traces: found, truncated: sorted.length > found.length, isLatest: true, asked: '' }
}
