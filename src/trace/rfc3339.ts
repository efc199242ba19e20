const TIME =
  /^((\d{4})-(\d\d)-(\d\d))(?:[Tt ]((?:[01]\d|2[0-3]):\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** A point in time: whole seconds, in milliseconds since the epoch, and the nanoseconds after them. */
export interface ParsedTime {
  readonly millis: number
  readonly nanos: number
}

/**
 * A time as RFC 3339 §5.6 writes it; seconds may be left out, and a date alone is its beginning in UTC. `no-zone`: it
 * could be meant in any zone, so it is none. Undefined: no such time, as the 30th of February or 24:00, which `Date` takes for a
 * time of another day. Beyond nanoseconds a fraction is cut.
 */
export function parseRfc3339(text: string): ParsedTime | 'no-zone' | undefined {
  const [, date = '', year, month, day, minutes, seconds = '00', fraction = '', zone] = TIME.exec(text) ?? []
  const begin = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (begin.getUTCMonth() + 1 !== Number(month) || begin.getUTCDate() !== Number(day)) return undefined
  if (minutes === undefined) return { millis: begin.getTime(), nanos: 0 }
  // `date +%z` leaves the colon out.
  const offset = zone?.toUpperCase().replace(/(\d\d):?(\d\d)$/, '$1:$2')
  const millis = Date.parse(`${date}T${minutes}:${seconds}${offset ?? 'Z'}`)
  if (Number.isNaN(millis)) return undefined
  return zone === undefined ? 'no-zone' : { millis, nanos: Number(fraction.padEnd(9, '0')) }
}

/** What to write in place of a time without a zone. */
export const withZone = (text: string): string => {
  const whole = text.replace(' ', 'T')
  return `Say in which zone: ${whole}Z, or ${whole}+02:00.`
}
