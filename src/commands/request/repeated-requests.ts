import type { AuditEntry } from '../../audit/entry.ts'

/** So often the record says that the same request is still being repeated. */
const STILL_MILLISECONDS = 300_000

/**
 * For a run that sends the same request every few seconds, perhaps for days: writes the first, then one in five minutes, and
 * each that is answered otherwise or made with another token. So the record tells from when to when somebody looked, and old
 * lines of others are not pushed out of it. The API's own log has every request.
 */
export function oneOfRepeated(
  write: (entry: AuditEntry) => Promise<void>,
): (entry: AuditEntry) => Promise<void> {
  /** What was last written of a request, by method and path. */
  const written = new Map<string, AuditEntry>()
  return async (entry) => {
    const { time, event, method, path, status, jti } = entry
    const request = `${event} ${method} ${path}`
    const last = written.get(request)
    const isSame = event === 'request' && last?.status === status && last.jti === jti
    if (isSame && Date.parse(time) - Date.parse(last.time) < STILL_MILLISECONDS) return
    written.set(request, entry)
    await write(entry)
  }
}
