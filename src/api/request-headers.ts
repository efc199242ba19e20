import { randomBytes } from 'node:crypto'
import type { Proofs } from '../dpop/proofs.ts'

/** Value of the Authorization header. `scheme`: `bearer`, another scheme's name, or a text with `{token}` in it. */
export function authorizationValue(scheme: string, token: string): string {
  if (scheme.includes('{token}')) return scheme.replaceAll('{token}', token)
  return scheme.toLowerCase() === 'bearer' ? `Bearer ${token}` : `${scheme} ${token}`
}

/** How a token is sent. */
interface TokenWay {
  readonly authorization: string
  /** `Authorization` when absent. */
  readonly tokenHeader?: string
  readonly proofs?: Proofs
}

/** The headers that carry a token: with a proof where a key binds it (RFC 9449 §7.1), else in the scheme of the API. */
export async function tokenHeaders(
  { authorization, tokenHeader = 'authorization', proofs }: TokenWay,
  token: string,
  method: string,
  url: URL,
): Promise<Readonly<Record<string, string>>> {
  const proven = await proofs?.headers(token, method, url)
  return proven ?? { [tokenHeader.toLowerCase()]: authorizationValue(authorization, token) }
}

/** How a request came about: typed by a person, by a program under `exec` or behind `proxy`, by an agent. */
export type Way = 'cli' | 'exec' | 'proxy' | 'mcp' | 'mcp-connect' | 'mcp-proxy'

/** Who sends requests to the API, and why: for its log. */
export interface Caller {
  /** Of ls-auth. */
  readonly version: string
  /** As Node names it: `linux`. */
  readonly platform: string
  readonly way: Way
  /** Printable ASCII, at most 200 characters. */
  readonly reason: string | undefined
  /** The name of the program that asks, where it gave one: printable ASCII without blanks and parentheses. */
  readonly client?: string | undefined
}

/** The headers by which the API and its gateway know a request again. None says who the person is: the token does. */
export function callerHeaders(
  { version, platform, way, reason, client }: Caller,
  traceparent: string,
): Record<string, string> {
  return {
    'user-agent': `ls-auth/${version} (${[platform, way, ...(client === undefined ? [] : [client])].join('; ')})`,
    traceparent,
    ...(reason !== undefined && { 'x-request-reason': reason }),
  }
}

/** The trace that requests of ours belong to (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** Two hex digits. */
  readonly flags: string
}

/**
 * The context of a `traceparent`, or a new one where there is none or it is not valid. A new one is sampled: it is the
 * request of a person, and who asks what became of it shall find it.
 */
export const traceContext = (parent: string | undefined): TraceContext =>
  readTraceparent(parent) ?? { traceId: hex(16), flags: '01' }

/** The context of a `traceparent`; undefined where it is not valid. */
export function readTraceparent(parent: string | undefined): TraceContext | undefined {
  // A version that is not known is read like 00, but may have more behind the flags (§3.2.4).
  const [, version, traceId, spanId, flags, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(parent?.trim() ?? '') ?? []
  const isValid = version !== 'ff' && !(version === '00' && more !== undefined)
  if (!isValid || traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId as string))
    return undefined
  // Of the flags only "sampled" has a meaning in version 00.
  return { traceId, flags: (Number.parseInt(flags as string, 16) & 1) === 1 ? '01' : '00' }
}

/** The `traceparent` of one request: a new span of the trace. */
export const traceparentIn = ({ traceId, flags }: TraceContext): string => `00-${traceId}-${hex(8)}-${flags}`

/** Random, and never all zeros, which isn't an id. */
function hex(bytes: number): string {
  const text = randomBytes(bytes).toString('hex')
  return /^0+$/.test(text) ? hex(bytes) : text
}
