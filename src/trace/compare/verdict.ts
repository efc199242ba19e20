import { count } from '../../text/count.ts'
import { fitEnd, fitLines, safeName } from '../../text/fit.ts'
import { formatDuration, percent } from '../render/format-duration.ts'
import type { Pen } from '../render/glyphs.ts'
import { atLeast } from '../render/waterfall/head-and-notes.ts'
import type { Comparison } from './comparison.ts'
import { whyUnknown } from './medians.ts'
import {
  causes,
  deltaOf,
  endlessRows,
  isAgainstMedians,
  isDecidable,
  isTooFew,
  isUnsure,
  originOf,
  selfDelta,
  topsOf,
  undecidableRow,
} from './ranking.ts'

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
    ...[mostText(comparison, pen), chanceText(comparison, pen), rootsText(comparison), ...onlyOne, ...endless]
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
  const changed = found === 0 ? '' : `${count(found, 'operation')} changed`
  if (change === 'same' && (tendency === 'slower' || tendency === 'faster'))
    return `B tends to be ${tendency}, but the medians barely differ: ${times}${found === 0 ? '' : `; ${changed}`}`
  if (isAgainstMedians(comparison))
    return `B tends to be ${tendency}, though its median is ${delta < 0 ? 'shorter' : 'longer'}: ${times}${found === 0 ? '' : `; ${changed}`}`
  const but = found === 0 ? '' : `; but ${changed}`
  if (isTooFew(comparison) && undecidableRow(comparison) === undefined)
    return `too few traces to tell: ${times}${but}`
  if (found === 0 && !comparison.rows.some(isUnsure)) return `no significant difference: ${times}`
  return `no clear difference in total: ${times}${but}`
}

/** What may be chance, and what to do about it. */
function chanceText(comparison: Comparison, { glyphs }: Pen): string {
  const { rows, leastTraces } = comparison
  if (isAgainstMedians(comparison))
    return 'some traces got faster and others slower; compare each kind separately'
  const half = undecidableRow(comparison)
  if (half !== undefined)
    return `about half of the traces have ${nameOf(comparison, half, glyphs)}, and more traces would not help`
  if (isTooFew(comparison)) {
    const what = causes(comparison).length === 0 ? 'what differs' : 'the total difference'
    const least = leastTraces === undefined ? '' : `, at least ${leastTraces} on each side`
    return `${what} may be chance; compare more traces${least}`
  }
  const unsure = rows.filter(isUnsure)
  if (unsure.length === 0 || originOf(comparison).isSure) return ''
  const advice = isDecidable(comparison) ? '; compare more traces' : ''
  return `${count(unsure.length, 'operation')} differ${unsure.length === 1 ? 's' : ''} by an amount that may be chance${advice}`
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
  const texts = deltas.map((delta) => signedDuration(delta, glyphs.micro))
  const share = hasDirection ? shareOf(deltas, deltaOf(comparison)?.nanos ?? 0) : 0
  const alike = texts.filter((text) => text === texts[0]).length
  const what = `${partText(share, alike)}${origin.isSure ? '' : ', which may be chance'}`
  const shareText = share !== undefined && share > 0 && !isHalf(share) ? ` (${percent(share)} of it)` : ''
  const service = safeName(rows[row]!.service, glyphs.ellipsis)
  return `${what}: ${texts[0]}${shareText} in ${nameOf(comparison, row, glyphs)}, ${fitEnd(service, 40, glyphs.ellipsis)}`
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

/** As percents are shown. */
const isHalf = (share: number): boolean => Math.round(share * 100) === 50

/** A half isn't called most, and more than all of it isn't a part of it. */
function partText(share: number | undefined, alike: number): string {
  if (share === undefined) return `the largest change${alike > 1 ? `, one of ${alike} alike` : ''}`
  if (isHalf(share)) return 'half of it'
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
