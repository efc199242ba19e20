import type { RepeatedCalls } from '../analysis/findings.ts'
import type { Span } from '../model.ts'
import type { Unit } from '../series.ts'
import type { Fold } from '../tree/fold.ts'
import { isEndless, type Unfinished, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { glyphsFor } from './glyphs.ts'

const UNITS = [
  { nanos: 1, below: 1000, name: 'ns' },
  { nanos: 1e3, below: 1000, name: 'µs' },
  { nanos: 1e6, below: 1000, name: 'ms' },
  { nanos: 1e9, below: 60, name: 's' },
] as const

/**
 * A duration for people, at most seven columns up to a thousand days: three significant digits below a minute
 * (`1.23ms`, `12.3ms`, `123ms`), two units above (`2m 05s`, `1h 02m`, `3d 04h`). Rounding carries into the next
 * unit: never `1000ms`, never `60.0s`.
 */
export function formatDuration(nanos: number, micro = 'µs'): string {
  if (nanos <= 0) return '0s'
  for (let i = 0; i < UNITS.length; i++) {
    const { nanos: size, below, name } = UNITS[i]!
    const value = nanos / size
    if (value >= below) continue
    const text = size === 1 ? value.toFixed(0) : threeDigits(value)
    if (value < below - 1 || Number(text) < below) return text + (name === 'µs' ? micro : name)
  }
  const seconds = Math.round(nanos / 1e9)
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'm')
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h')
}

function threeDigits(value: number): string {
  return rounded(value, 100) ?? rounded(value, 10) ?? value.toFixed(0)
}

// Memoized texts of 0.00 to 9.99 and of 0.0 to 99.9, by the number of parts.
const TEXTS: Readonly<Record<10 | 100, string[]>> = { 10: [], 100: [] }
const TIE = 1e-6

/**
 * The value in hundredths or tenths; undefined when that has more than three digits. Rounds as `toFixed` does, which is
 * slow (most of the time of a large waterfall), so it is called only near a tie.
 */
function rounded(value: number, parts: 10 | 100): string | undefined {
  const scaled = value * parts
  if (scaled >= 1000) return undefined
  const decimals = parts === 100 ? 2 : 1
  const nearTie = Math.abs(scaled - Math.floor(scaled) - 0.5) < TIE
  const whole = nearTie ? Math.round(Number(value.toFixed(decimals)) * parts) : Math.round(scaled)
  if (whole >= 1000) return undefined
  const texts = TEXTS[parts]
  texts[whole] ??= (whole / parts).toFixed(decimals)
  return texts[whole]
}

function twoUnits(count: number, per: number, big: string, small: string): string {
  return `${Math.floor(count / per)}${big} ${String(count % per).padStart(2, '0')}${small}`
}

/** A share as at most five columns: whole percents, and never 0 % or 100 % of what is only near it. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%'
  if (share < 1 && share > 0.99) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** How far a share is from another, in percentage points with a sign: those between the two shown ones. */
export function points(share: number, other: number): string {
  const whole = Math.round(share * 100) - Math.round(other * 100)
  return whole > 0 ? `+${whole}` : `${whole}`
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const

/**
 * A number for people, at most nine columns: three significant digits, thousands by prefix (`12.3k`, `1.5M`), tiny and
 * enormous ones by exponent (`1.2e-7`). Rounding carries into the next prefix: never `1000k`.
 */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return Number.isFinite(value) ? '0' : String(value)
  const size = Math.abs(value)
  if (size < 0.001 || size >= 999.5e18) return value.toExponential(1).replace('e+', 'e')
  for (const [i, prefix] of PREFIXES.entries()) {
    const text = shortDigits(value / 1000 ** i)
    if (Math.abs(Number(text)) < 1000) return text + prefix
  }
  return value.toExponential(1).replace('e+', 'e')
}

/** `0.00123`, `0.123`, `1.23`, `12.3`, `123`; zeros at the end of a fraction say nothing. */
function shortDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const text = value.toFixed(Math.min(5, digits))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The smallest 1, 2, 2.5 or 5 in its decade that is at least this much; the step of an axis. */
export function niceNumberStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least))
  // Tolerance for rounding errors: 0.3 / 0.1 is a little more than 3.
  const digit = [1, 2, 2.5, 5, 10].find((one) => one * decade >= least * (1 - 1e-9)) as number
  return digit * decade
}

/** A value in its unit, at most nine columns: `260µs`, `1.5k`. */
export function valueText(
  value: number,
  { unit, unicode }: { readonly unit?: Unit | undefined; readonly unicode: boolean },
): string {
  if (unit !== 'seconds' || !Number.isFinite(value)) return formatNumber(value)
  const text = formatDuration(Math.abs(value) * 1e9, glyphsFor(unicode).micro)
  return value < 0 ? `-${text}` : text
}

/** The facts about a fold, in parts. Durations are of the members that have a usable end. */
interface FoldFigures {
  /** All of them together; where no member has a usable end, the words for one of these spans. */
  readonly duration: string
  /** `p50 1.20ms`, `p99 9.00ms`. Empty: no member has a usable end, so that `duration` isn't a sum. */
  readonly percentiles: readonly string[]
  /** `4 of unknown duration`; empty where all have one, or none. */
  readonly unknown: readonly string[]
}

export function foldFigures(fold: Fold, tree: TraceTree, micro?: string): FoldFigures {
  const { members, unfinished, p50Nanos, p99Nanos, sumNanos } = fold
  if (unfinished === members.length) {
    return { duration: nodeDuration(tree, members[0]!, micro), percentiles: [], unknown: [] }
  }
  return {
    duration: formatDuration(sumNanos, micro),
    percentiles: [`p50 ${formatDuration(p50Nanos, micro)}`, `p99 ${formatDuration(p99Nanos, micro)}`],
    unknown: ofUnknown(unfinished),
  }
}

/** Beside figures of other calls: these may have taken any time. */
const ofUnknown = (unfinished: number): string[] =>
  unfinished === 0 ? [] : [`${unfinished} of unknown duration`]

/** How repeated calls ran: `one after another`. Where the duration of some is not known, so is how many ran at once. */
export function mannerText({ atOnce, unfinished }: RepeatedCalls): string {
  const [unknown] = ofUnknown(unfinished)
  return unknown ?? (atOnce === 1 ? 'one after another' : `up to ${atOnce} at once`)
}

/** In place of a duration, at most seven columns. `no end` is not said where the reason is not known, nor of a span whose end alone is known. */
export const withoutDuration = (why: Unfinished | undefined): string =>
  why === undefined || why === 'start-missing' ? 'unknown' : 'no end'

/** How long a span took, for people, at most seven columns; without a usable end it is unknown. */
export function spanDuration(span: Pick<Span, 'durationNanos' | 'marks'>, micro?: string): string {
  if (!isEndless(span)) return formatDuration(span.durationNanos, micro)
  return withoutDuration(whyEndless(span))
}

export const nodeDuration = (tree: TraceTree, node: number, micro?: string): string =>
  tree.isEndless(node)
    ? spanDuration(tree.span(node), micro)
    : formatDuration(tree.durationNanos(node), micro)

/** `self 20.0ms`: how long none of its children ran. */
export function selfText(tree: TraceTree, node: number, micro?: string): string {
  const nanos = tree.selfNanos(node)
  return `self ${nanos === undefined ? 'not known' : formatDuration(nanos, micro)}`
}

/** The same, and why it is not known. Of a span without a usable end its duration says it. */
export function selfTextWhy(tree: TraceTree, node: number, micro?: string): string {
  const text = selfText(tree, node, micro)
  return tree.selfNanos(node) === undefined ? `${text}: a call has no usable end` : text
}
