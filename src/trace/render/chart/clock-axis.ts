import { displayWidth } from '../../../text/display-width.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 7, 14, 30, 90, 365].map((n) => n * DAY),
]
/** Between two labels. */
const BLANKS = 2

/** A moment on the axis: its column, and what is written under it. */
export interface ClockTick {
  readonly column: number
  readonly label: string
}

/**
 * Ticks at round times (UTC) under a chart whose columns stand for `fromMillis` to `toMillis`. The tick where a day
 * begins is labelled with its date.
 */
export function clockTicks(fromMillis: number, toMillis: number, columns: number): ClockTick[] {
  const total = Math.max(1, toMillis - fromMillis)
  const column = (at: number) => Math.min(columns - 1, Math.floor(((at - fromMillis) / total) * columns))
  for (const step of STEPS) {
    const ticks: ClockTick[] = []
    let fits = total / step <= columns
    for (let at = Math.ceil(fromMillis / step) * step; fits && at <= toMillis; at += step) {
      const tick = { column: column(at), label: clockLabel(at, step) }
      const before = ticks.at(-1)
      fits = !before || tick.column >= before.column + displayWidth(before.label) + BLANKS
      ticks.push(tick)
    }
    if (fits && ticks.length > 0)
      return ticks.filter((tick) => tick.column + displayWidth(tick.label) <= columns)
  }
  return []
}

function clockLabel(at: number, step: number): string {
  const iso = new Date(at).toISOString()
  if (step >= DAY || at % DAY === 0) return iso.slice(5, 10)
  return iso.slice(11, step < MINUTE ? 19 : 16)
}

/** The range in words: the day once where it is one day. */
export function rangeText(fromMillis: number, toMillis: number): string {
  const [from, to] = [fromMillis, toMillis].map((at) => new Date(at).toISOString())
  const [day, clock] = [(iso = '') => iso.slice(0, 10), (iso = '') => iso.slice(11, 19)]
  const end = day(from) === day(to) ? clock(to) : `${day(to)} ${clock(to)}`
  return `${day(from)} ${clock(from)} to ${end} UTC`
}

/** `step 5m`: in the largest unit up to days of which it is a whole number. */
export function stepText(seconds: number): string {
  const [unit, text] = STEP_UNITS.find(([size]) => seconds % size === 0) ?? [1, 's']
  return `step ${seconds / unit}${text}`
}

const STEP_UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
] as const
