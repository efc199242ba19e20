import type { AuditEntry } from '../../audit/entry.ts'

/**
 * The entries of requests that read a trace, asked for it by one of its spans, or are a part of it. `id`: of the trace, or of such
 * a span. Where ls-auth asked through a local proxy of its own, the one knows the trace and the other the person, so that the
 * entry of the proxy is among them, too.
 */
export function entriesOfTrace(entries: readonly AuditEntry[], id: string): readonly AuditEntry[] {
  const isAbout = readerOf(entries, id)
  const throughProxy = entries.filter((entry) => entry.path?.startsWith(SECRET) && isAbout(entry))
  const asked = new Map(throughProxy.map((entry) => [entry.traceparent, entry]))
  /** A proxy keeps method and `traceparent`, and puts the path below the base of the API. */
  const isPassedOn = ({ method, path, traceparent }: AuditEntry): boolean => {
    const one = traceparent === null ? undefined : asked.get(traceparent)
    return one?.method === method && path?.endsWith((one.path as string).slice(SECRET.length)) === true
  }
  return entries.filter((entry) => isAbout(entry) || isPassedOn(entry))
}

/** How the path of a request to a local proxy begins in the record: without its secret. */
const SECRET = '/…'

/** Whether an entry is about the trace. Not every request that names a span knows its trace: another one may have known it. */
function readerOf(entries: readonly AuditEntry[], id: string): (entry: AuditEntry) => boolean {
  const ofTrace = entries.filter(({ trace_id }) => trace_id !== null && isSame(trace_id, id))
  const spans = new Set([id.padStart(32, '0'), ...ofTrace.map(spanOf)])
  return (entry) =>
    [entry.trace_id, entry.traceparent?.split('-')[1]].some((one) => one && isSame(one, id)) ||
    (entry.span_id !== null && spans.has(spanOf(entry)))
}

const spanOf = ({ span_id }: AuditEntry): string | undefined => span_id?.padStart(32, '0')

/** Some back ends know the low half of an id only. */
function isSame(a: string, b: string): boolean {
  const isHalf = (id: string) => id.length <= 16 || id.startsWith('0'.repeat(16))
  const whole = [a, b].map((id) => id.padStart(32, '0')) as [string, string]
  return isHalf(a) || isHalf(b) ? whole[0].slice(16) === whole[1].slice(16) : whole[0] === whole[1]
}
