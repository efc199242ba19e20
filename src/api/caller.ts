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
