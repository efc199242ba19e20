/** What happened: a request to the API, or the life of a token. */
export type AuditEvent = 'sign-in' | 'renewal' | 'hand-out' | 'request' | 'sign-out'

/** One line of the record. Each name is always there, null where it does not apply. */
export interface AuditEntry {
  /** When it ended: RFC 3339, UTC. */
  readonly time: string
  /** `cli`, `exec`, `proxy` or `mcp`. */
  readonly way: string
  readonly event: AuditEvent
  /** Null: not known, behind a local proxy that does not say whose token it adds. */
  readonly profile: string | null
  readonly issuer: string | null
  readonly sub: string | null
  /** Id of the token; it leads to the sign-in in the issuer's own log. */
  readonly jti: string | null
  /** Origin of the API that was asked, of a request; null in lines of older versions, too. */
  readonly api: string | null
  /** What was read there, as the settings name it: the tenant, or organization/project. */
  readonly place: string | null
  readonly method: string | null
  /** Without query. */
  readonly path: string | null
  /** The trace that was read. */
  readonly trace_id: string | null
  /** The span whose trace was asked for, where the request named that: 1 to 16 hex digits. */
  readonly span_id: string | null
  /** HTTP status; null for a request without an answer, or whose answer a signal to us cut off. */
  readonly status: number | null
  readonly ms: number | null
  readonly reason: string | null
  readonly traceparent: string | null
  /** Name of the program that asked, where it gave one (`mcp`). */
  readonly client: string | null
}

const LONGEST = 500

/** An entry as the line of the record. What came from outside is cut, so that a line stays one small write. */
export const entryLine = (entry: AuditEntry): string => `${JSON.stringify(entry, cut)}\n`

const cut = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
