/** A header as it came: its name and its value. */
export type Header = readonly [name: string, value: string]

/** Names and values in turn, as a server gives them, as pairs. */
export const pairsOf = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []))

/** All values of a header; `name` in lower case. */
export const valuesOf = (headers: readonly Header[], name: string): string[] =>
  headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

/**
 * All that the API hears of a caller's request, beside the token, the tenant and what the record adds. Any other header may
 * say who asks, for which tenant, or what is really meant, and every gateway and vendor has names of its own for that.
 * Not `range`: a token that the API echoes could come in two halves. Conditions go on, as a write without them is another one.
 */
const KNOWN =
  /^(accept|accept-encoding|accept-language|content-encoding|content-type|if-(un)?modified-since|if-(none-)?match|tracestate)$/

/** The caller's headers that go on: {@link KNOWN}, without `others` and what is for one connection (RFC 9110 §7.6.1). */
export function headersToPass(headers: readonly Header[], others: readonly string[]): Header[] {
  const named = valuesOf(headers, 'connection').flatMap((value) => value.split(','))
  const unwanted = [...others, ...named].map((name) => name.trim().toLowerCase())
  return headers.filter(([name]) => KNOWN.test(name.toLowerCase()) && !unwanted.includes(name.toLowerCase()))
}
