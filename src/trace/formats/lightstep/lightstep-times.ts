import { isObject, type JsonObject } from '../../../json-object.ts'
import { type AttributeValue, NONE, type SpanEvent, type SpanMark } from '../../model.ts'
import { textOrNumber } from '../foreign-json.ts'
import { eventMomentOfMicros } from '../span-times.ts'

/** Nanoseconds, from the API's microseconds. */
export interface LightstepTimes {
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly marks: readonly SpanMark[]
  readonly events: readonly SpanEvent[]
}

/** Start, duration and logs of a span; the API counts whole microseconds since the epoch. */
export function readTimes(item: JsonObject): LightstepTimes {
  const start = micros(item['start-time-micros'])
  const end = micros(item['end-time-micros'])
  const marks: SpanMark[] = []
  if (start === undefined) marks.push('start-missing')
  if (end === undefined) marks.push('end-missing')
  const lasted = start === undefined || end === undefined ? 0 : end - start
  if (lasted < 0) marks.push('end-before-start')
  return {
    startNanos: BigInt(start ?? 0) * 1000n,
    durationNanos: Math.max(0, lasted) * 1000,
    marks,
    events: readLogs(item.logs),
  }
}

/** What 64 bits of nanoseconds hold; JSON allows 1e308. */
const MOST_MICROS = 2 ** 64 / 1000

/** Zero is what an unset time looks like in this API. */
function micros(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number > 0 && number < MOST_MICROS ? Math.round(number) : undefined
}

const LOG_TIMES = ['timestamp-micros', 'timestamp_micros']
const LOG_NAMES = ['event', 'message', 'name']

/** No capture shows `logs`; the vendor's own client reads them. So: any object is an event, nothing is required. */
function readLogs(logs: unknown): readonly SpanEvent[] {
  if (!Array.isArray(logs) || logs.length === 0) return NONE
  return (logs as unknown[]).filter(isObject).map((log) => {
    const time = LOG_TIMES.map((key) => micros(log[key])).find((value) => value !== undefined)
    const name = LOG_NAMES.map((key) => textOrNumber(log[key])).find((value) => value !== undefined)
    const rest = Object.entries(log).filter(([key]) => !LOG_TIMES.includes(key))
    const attributes = rest as [string, AttributeValue][]
    return { name: name ?? 'log', timeNanos: eventMomentOfMicros(time), attributes }
  })
}
