import type { Trace } from '../../model.ts'

/** Minutes shown around a trace: Explore wants a window and finds nothing outside it. */
const MARGIN_MILLIS = 5 * 60_000

/**
 * The page of a trace in Grafana Explore, where the API is reached through Grafana's data-source proxy, whose address
 * holds the uid Explore wants; else undefined (Tempo has no UI of its own).
 */
export function grafanaLink(base: URL, trace: Trace): string | undefined {
  const match = /^(.*)\/api\/datasources\/proxy\/uid\/([\w-]+)\/?$/.exec(base.pathname)
  const [prefix, uid] = [match?.[1], match?.[2]]
  if (prefix === undefined || uid === undefined) return undefined
  const millis = Number(earliest(trace) / 1_000_000n)
  const panes = {
    a: {
      datasource: uid,
      queries: [
        {
          refId: 'A',
          datasource: { type: 'tempo', uid },
          queryType: 'traceql',
          query: trace.traceId,
        },
      ],
      range: { from: String(millis - MARGIN_MILLIS), to: String(millis + MARGIN_MILLIS) },
    },
  }
  const link = new URL(`${prefix}/explore`, base.origin)
  link.searchParams.set('schemaVersion', '1')
  link.searchParams.set('panes', JSON.stringify(panes))
  return link.href
}

function earliest(trace: Trace): bigint {
  let first: bigint | undefined
  for (const { startNanos } of trace.spans) {
    if (startNanos > 0n && (first === undefined || startNanos < first)) first = startNanos
  }
  return first ?? 0n
}
