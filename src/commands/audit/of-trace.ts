import type { AuditEntry } from '../../audit/entry.ts'

/**
 * The entries of requests that read a trace, or are a part of it. Where ls-auth asked through a local proxy of its own, the
 * one knows the trace and the other the person, so that the entry of the proxy is among them, too.
 */
export function entriesOfTrace(entries: readonly AuditEntry[], traceId: string): readonly AuditEntry[] {
  const throughProxy = entries.filter((entry) => entry.path?.startsWith(SECRET) && isAbout(entry, traceId))
  const asked = new Map(throughProxy.map((entry) => [entry.traceparent, entry]))
  /** A proxy keeps method and `traceparent`, and puts the path below the base of the API. */
  const isPassedOn = ({ method, path, traceparent }: AuditEntry): boolean => {
    const one = traceparent === null ? undefined : asked.get(traceparent)
    return one?.method === method && path?.endsWith((one.path as string).slice(SECRET.length)) === true
  }
  return entries.filter((entry) => isAbout(entry, traceId) || isPassedOn(entry))
}

/** How the path of a request to a local proxy begins in the record: without its secret. */
const SECRET = '/…'

const isAbout = ({ trace_id, traceparent }: AuditEntry, traceId: string): boolean =>
  [trace_id, traceparent?.split('-')[1]].some((id) => id !== undefined && id !== null && isSame(id, traceId))

/** Some back ends know the low half of an id only. */
function isSame(a: string, b: string): boolean {
  const isHalf = (id: string) => id.length <= 16 || id.startsWith('0'.repeat(16))
  const whole = [a, b].map((id) => id.padStart(32, '0')) as [string, string]
  return isHalf(a) || isHalf(b) ? whole[0].slice(16) === whole[1].slice(16) : whole[0] === whole[1]
}
