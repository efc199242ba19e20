/**
 * A whole number given as a JSON number, as decimal text or already read; `undefined` for anything else. Fractions of a unit are
 * rounded (some Zipkin senders write them).
 */
export function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.round(value)) : undefined
  if (typeof value !== 'string') return undefined
  if (/^[+-]?\d{1,40}$/.test(value)) return BigInt(value.startsWith('+') ? value.slice(1) : value)
  return value !== '' && value.length < 40 ? asInteger(Number(value)) : undefined
}

/**
 * How many a server says there are; what it leaves out is 0, as in all JSON of protobuf. Undefined: that is no number of
 * anything (`"zz"`, 1.5, -1), so it is not known.
 */
export function asCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? 0)
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined
}

/** A 64-bit integer as an attribute value: a number where it can be one without loss. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * Makes integers of 16 and more digits in a JSON text into strings of the same digits, outside of strings: readers of
 * our formats take both, and `JSON.parse` would round them (Node 20 has no access to the source text of a number).
 * `json` must be JSON: quotes that do not close take a square of time.
 */
export function quoteLongIntegers(json: string): string {
  return json.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
  )
}
