import { count } from '../../text/count.ts'
import { fitEnd, fitLines, safeName } from '../../text/fit.ts'
import { formatDuration, percent } from '../render/format-duration.ts'
import type { Pen } from '../render/glyphs.ts'
import { atLeast } from '../render/waterfall/head-and-notes.ts'
import type { ComparedOperation, Comparison, TimeChange } from './comparison.ts'
import { whyUnknown } from './medians.ts'

/** What each side is, for people; safe for a terminal. */
export interface SideLabels {
  readonly a: string
  readonly b: string
}

/** The answer: how much slower in all, where most of it comes from, what may be chance, what is new and what is gone. */
export function verdictLines(comparison: Comparison, pen: Pen): string[] {
  const { style, width, glyphs } = pen
  const [first, ...others] = fitLines(wholeText(comparison, pen), width, glyphs.ellipsis)
  const paint = {
    slower: style.red,
    faster: style.green,
    unsure: style.bold,
    unknown: style.bold,
    same: style.bold,
  }[comparison.change]
  const onlyOne = (['new', 'gone'] as const).map((change) => onlyOneText(comparison, change, pen))
  const endless = (['a', 'b'] as const).map((side) => endlessText(comparison, side, pen))
  return [
    paint(first ?? ''),
    ...others,
    ...[mostText(comparison, pen), chanceText(comparison), rootsText(comparison), ...onlyOne, ...endless]
      .filter((text) => text !== '')
      .flatMap((text) => fitLines(text, width, glyphs.ellipsis)),
  ]
}

function wholeText(comparison: Comparison, pen: Pen): string {
  const { change, tendency } = comparison
  const { micro } = pen.glyphs
  const whole = deltaOf(comparison)
  if (whole === undefined) return `cannot be judged: ${whyUnknown(comparison)}`
  const { nanos: delta, ofNanos } = whole
  const [before, after] = [ofNanos, ofNanos + delta].map((nanos) => formatDuration(nanos, micro))
  const share = signedPercent(delta, ofNanos, comparison.threshold.share)
  const by = delta === 0 ? '' : `, ${signedDuration(delta, micro)}${share === '' ? '' : ` (${share})`}`
  const times = `${before} ${arrow(pen)} ${after}${by}`
  if (change === 'slower' || change === 'faster') return `${change}: ${times}`
  const found = causes(comparison).length
  const changed = `${count(found, 'operation')} changed`
  if (isAgainstMedians(comparison))
    return `B tends to be ${tendency}, but the medians do not show it: ${times}${found === 0 ? '' : `; ${changed}`}`
  const but = found === 0 ? '' : `; but ${changed}`
  if (isTooFew(comparison)) return `too few traces to tell: ${times}${but}`
  if (found === 0 && !comparison.rows.some(isUnsure)) return `no significant difference: ${times}`
  return `no clear difference in total: ${times}${but}`
}

/** What may be chance, and what to do about it. */
function chanceText(comparison: Comparison): string {
  const { rows, leastTraces } = comparison
  if (isTooFew(comparison)) {
    const what = causes(comparison).length === 0 ? 'what differs' : 'the total difference'
    const least = leastTraces === undefined ? '' : `, at least ${leastTraces} on each side`
    return `${what} may be chance; compare more traces${least}`
  }
  const unsure = rows.filter(isUnsure).length
  if (unsure === 0 || originOf(comparison).isSure) return ''
  return `${count(unsure, 'operation')} differ${unsure === 1 ? 's' : ''} by an amount that may be chance`
}

/** The compared part where the roots are elsewhere, so that no reader takes it for the whole request. */
function rootsText({ change, rootsAreElsewhere, a, b }: Comparison): string {
  if (!rootsAreElsewhere || change === 'unknown') return ''
  return a.all === 1 && b.all === 1
    ? 'neither has a root: compared from first start to last end'
    : 'most traces of both have no root: compared from first start to last end'
}

function mostText(comparison: Comparison, { glyphs }: Pen): string {
  const { change, rows } = comparison
  const hasDirection = change === 'slower' || change === 'faster'
  const origin = originOf(comparison)
  const [row] = origin.isSure || hasDirection ? origin.rows : []
  if (row === undefined) return ''
  const deltas = origin.rows.map((other) => selfDelta(rows[other]!) ?? 0)
  const share = hasDirection ? shareOf(deltas, deltaOf(comparison)?.nanos ?? 0) : 0
  const what = `${partText(share)}${origin.isSure ? '' : ', which may be chance'}`
  const shareText = share !== undefined && share > 0 ? ` (${percent(share)} of it)` : ''
  const service = safeName(rows[row]!.service, glyphs.ellipsis)
  return `${what}: ${signedDuration(deltas[0]!, glyphs.micro)}${shareText} in ${nameOf(comparison, row, glyphs)}, ${fitEnd(service, 40, glyphs.ellipsis)}`
}

/** At most 60 columns, safe for a terminal. */
const nameOf = ({ rows }: Comparison, row: number, { ellipsis }: Pen['glyphs']): string =>
  fitEnd(safeName(rows[row]!.name || '(no name)', ellipsis), 60, ellipsis)

/** All that changed may make so much of the difference and still be parts of it: sums of medians are not exact. */
const MOST_OF_PARTS = 1.1

/** The first one's share of the difference. Undefined: calls at the same time, or some slower and others faster, make more than all of it. */
function shareOf(deltas: readonly number[], whole: number): number | undefined {
  const [first = 0] = deltas
  if (whole === 0) return 0
  const sum = deltas.reduce((all, delta) => all + delta, 0)
  return first / whole > 1 || sum / whole > MOST_OF_PARTS ? undefined : first / whole
}

function partText(share: number | undefined): string {
  if (share === undefined) return 'the largest change'
  return share > 0.5 ? 'most of it' : 'the largest part'
}

const MOST_NAMED = 3

function onlyOneText(comparison: Comparison, change: 'new' | 'gone', pen: Pen): string {
  const tops = topsOf(comparison, change)
  const time = (row: number) => comparison.rows[row]![change === 'new' ? 'b' : 'a'].totalNanos ?? 0
  return namedText(
    change,
    comparison,
    tops.toSorted((a, b) => time(b) - time(a)),
    pen,
  )
}

/** What may have taken any time. Of a root without an end the whole is not known, which is said first. */
function endlessText(comparison: Comparison, side: 'a' | 'b', pen: Pen): string {
  const rows = endlessRows(comparison, side).filter((row) => comparison.rows[row]!.parent >= 0)
  return namedText(`unknown duration in ${side.toUpperCase()}`, comparison, rows, pen)
}

function namedText(what: string, { rows }: Comparison, some: readonly number[], { glyphs }: Pen): string {
  if (some.length === 0) return ''
  const named = some
    .slice(0, MOST_NAMED)
    .map((row) => fitEnd(safeName(rows[row]!.name || '(no name)', glyphs.ellipsis), 40, glyphs.ellipsis))
  const more = some.length > MOST_NAMED ? ` and ${some.length - MOST_NAMED} more` : ''
  return `${what}: ${named.join(', ')}${more}`
}

/** `A  1.20s  48 spans  trace 4bf9…`: one line a side, more where that is too long. */
export function sideLines(comparison: Comparison, labels: SideLabels, pen: Pen): string[] {
  const { glyphs, width, style } = pen
  const texts = (['a', 'b'] as const).map((side) => {
    const { durationNanos, leastNanos, spans } = comparison[side]
    const time =
      durationNanos === undefined
        ? atLeast(leastNanos, glyphs.micro)
        : formatDuration(durationNanos, glyphs.micro)
    return `${time}, ${count(spans, 'span')}: ${labels[side]}`
  })
  return texts.flatMap((text, i) =>
    fitLines(text, width - 3, glyphs.ellipsis).map((line, at) =>
      at === 0 ? `${style.bold(i === 0 ? 'A' : 'B')}  ${line}` : `   ${line}`,
    ),
  )
}

/** From where on a difference counts, for a reader to check. */
export function thresholdLines(comparison: Comparison, { width, glyphs, style }: Pen): string[] {
  const { threshold, a, b, isSignificant } = comparison
  // Not in whole percents: 12.6% counts, where 12.5% is the least.
  const percent = Number((threshold.share * 100).toFixed(1))
  const least = formatDuration(Math.round(threshold.leastNanos), glyphs.micro)
  const medians = a.traces > 1 || b.traces > 1 ? 'Times are medians of each side. ' : ''
  const counts = `Ignores differences below ${percent}% or ${least} (1% of the trace).`
  const unsure = isSignificant === undefined ? '' : ' "unsure" means it may be chance.'
  const text = medians + counts + unsure
  return fitLines(text, width, glyphs.ellipsis).map((line) => style.dim(line))
}

export const arrow = ({ glyphs }: Pick<Pen, 'glyphs'>): string => (glyphs.ellipsis === '…' ? '→' : '->')

/** A difference of times with its sign, at most eight columns: `+1.23ms`, `-2m 05s`, `0s`. */
export function signedDuration(nanos: number, micro: string): string {
  if (nanos === 0) return '0s'
  return `${nanos > 0 ? '+' : '-'}${formatDuration(Math.abs(nanos), micro)}`
}

/**
 * A difference as a share of what it was: `+54%`, `-0.4%`; empty where there was nothing. Rounded, but never to 0 % or -100 % of
 * what is only near it. A rise stays on its side of the share that it `counts` from (0.25 is a quarter): 24.6 % is not 25 %.
 */
function signedPercent(delta: number, before: number, counts = Infinity): string {
  if (before <= 0) return ''
  if (delta === 0) return '0%'
  const percent = (Math.abs(delta) / before) * 100
  if (percent < 0.1) return '<0.1%'
  return delta > 0 ? `+${rounded(percent, counts * 100)}%` : `-${rounded(percent, 100)}%`
}

/** In whole percents or in tenths, and on the side of the limit that it is on. */
function rounded(percent: number, limit: number): string {
  const isBeyond = percent >= limit
  const texts = percent < 1 ? [percent.toFixed(1)] : [percent.toFixed(0), percent.toFixed(1)]
  const cut = isBeyond ? Math.ceil(percent * 10) : Math.floor(percent * 10)
  return texts.find((text) => Number(text) >= limit === isBeyond) ?? (cut / 10).toFixed(1)
}

/** How much longer (below zero: shorter) B took as a whole, and of how long A took. Undefined: a side is incomplete. */
export function deltaOf({
  a,
  b,
}: Pick<Comparison, 'a' | 'b'>): { nanos: number; ofNanos: number } | undefined {
  if (a.durationNanos === undefined || b.durationNanos === undefined) return undefined
  return { nanos: b.durationNanos - a.durationNanos, ofNanos: a.durationNanos }
}

/** How much longer (below zero: shorter) it takes in B, its calls together, in nanoseconds. Undefined: not known. */
export const totalDelta = ({ a, b }: ComparedOperation): number | undefined =>
  lessOf(a.totalNanos, b.totalNanos)

/** The same without what it calls. */
export const selfDelta = ({ a, b }: ComparedOperation): number | undefined => lessOf(a.selfNanos, b.selfNanos)

const lessOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : b - a

/** Of rows in an order: those whose time is not known stand with those that did not change. */
const selfOrder = (row: ComparedOperation): number => selfDelta(row) ?? 0

/** All row numbers: what got slowest in itself first, what got fastest last. Equal ones in the order of the tree. */
export function rankedRows({ rows }: Pick<Comparison, 'rows'>): number[] {
  const deltas = Float64Array.from(rows, selfOrder)
  return [...rows.keys()].sort((a, b) => deltas[b]! - deltas[a]!)
}

/** Where a change comes from: rows by their self time, the largest part first. */
interface Origin {
  readonly rows: readonly number[]
  /** False: each of them may be chance. */
  readonly isSure: boolean
}

/** Rows that are sure, or where none is, those that may be chance. Of what got slower no row that got faster, and the reverse. */
export function originOf(comparison: Pick<Comparison, 'rows' | 'change'>): Origin {
  const sure = causes(comparison)
  return sure.length > 0 ? { rows: sure, isSure: true } : { rows: unsureRows(comparison), isSure: false }
}

/** The rows that explain the change, the largest difference first; where the whole is neither slower nor faster, of both directions. */
export const causes = (comparison: Pick<Comparison, 'rows' | 'change'>): number[] =>
  bySize(comparison, isCause)

/** The same of rows whose self time differs, but by what may be chance. */
export const unsureRows = (comparison: Pick<Comparison, 'rows' | 'change'>): number[] =>
  bySize(comparison, ({ selfChange }) => selfChange === 'unsure')

function bySize(
  { rows, change }: Pick<Comparison, 'rows' | 'change'>,
  isOne: (row: ComparedOperation) => boolean,
): number[] {
  const size = (row: number) => Math.abs(selfOrder(rows[row]!))
  return [...rows.keys()]
    .filter((row) => isOne(rows[row]!) && explains(rows[row]!, change))
    .sort((a, b) => size(b) - size(a))
}

/** What got faster isn't a cause of a trace that got slower, and neither is work beside the request. */
function explains(row: ComparedOperation, whole: TimeChange): boolean {
  if (row.isBeside && (whole === 'slower' || whole === 'faster')) return false
  if (whole === 'slower') return selfOrder(row) > 0
  return whole !== 'faster' || selfOrder(row) < 0
}

/** The change is in this operation, and not only below it. */
export const isCause = ({ selfChange }: Pick<ComparedOperation, 'selfChange'>): boolean => isSure(selfChange)

const isSure = (change: TimeChange): boolean => change === 'slower' || change === 'faster'

/** Chance is ruled out, but the medians differ by too little, or the other way round. */
export const isAgainstMedians = ({ change, tendency }: Pick<Comparison, 'change' | 'tendency'>): boolean =>
  (change === 'unsure' || change === 'same') && (tendency === 'slower' || tendency === 'faster')

/** The traces are too few to judge the whole, or to show anything, and something differs. */
export function isTooFew({ rows, change, tendency, leastTraces }: Judgements): boolean {
  if (change === 'unsure') return !isAgainstMedians({ change, tendency })
  return leastTraces !== undefined && rows.some(isUnsure)
}

/** Its total or its self time differs by what may be chance. */
const isUnsure = ({ change, selfChange }: Pick<ComparedOperation, 'change' | 'selfChange'>): boolean =>
  change === 'unsure' || selfChange === 'unsure'

interface Judgements extends Pick<Comparison, 'change' | 'tendency' | 'leastTraces'> {
  readonly rows: readonly Pick<ComparedOperation, 'change' | 'selfChange'>[]
}

const endlessRows = ({ rows }: Pick<Comparison, 'rows'>, side: 'a' | 'b'): number[] =>
  [...rows.keys()].filter((row) => rows[row]![side].totalNanos === undefined)

/** The tops of what only one side has: what stands below them is new or gone with them. */
export function topsOf({ rows }: Pick<Comparison, 'rows'>, change: 'new' | 'gone'): number[] {
  return [...rows.keys()].filter((row) => {
    const { parent } = rows[row]!
    return rows[row]!.change === change && (parent < 0 || rows[parent]!.change !== change)
  })
}
