import type { Style } from '../../ports/terminal.ts'
import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitEnd, fitLines, fitMiddle, padStart, safeName } from '../../text/fit.ts'
import { formatDuration } from '../render/format-duration.ts'
import { glyphsFor, type Pen, WORDS } from '../render/glyphs.ts'
import { type ComparedOperation, type Comparison, namesAbove, pathText } from './comparison.ts'
import { whyUnknown } from './medians.ts'
import { foldLines, linesInView, treeLines } from './merged-tree.ts'
import {
  arrow,
  deltaOf,
  isCause,
  originOf,
  type SideLabels,
  selfDelta,
  sideLines,
  signedDuration,
  thresholdLines,
  topsOf,
  totalDelta,
  verdictLines,
} from './verdict.ts'

/** How a comparison is drawn; no line is wider than `width`. */
export interface ComparisonOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  readonly labels: SideLabels
  readonly full: boolean
  /** Gets the heads of the columns that found no room. */
  readonly leftOut?: string[]
  /** In words and blanks: signs of a tree tell a model no more. */
  readonly forAgent?: boolean
}

const BLANKS = { ...WORDS, branch: '  ', lastBranch: '  ', onlyBranch: '  ', rail: '  ' }

/** The lines for people: verdict, sides, the ranked few, the merged tree, and what was left out. */
export function* renderComparison(comparison: Comparison, options: ComparisonOptions): Generator<string> {
  const { width, unicode, style, full, labels, forAgent } = options
  const glyphs = forAgent ? BLANKS : glyphsFor(unicode)
  const pen: Pen = { width, glyphs, style, full, ...(forAgent && { more: '' }) }
  yield* verdictLines(comparison, pen)
  yield ''
  yield* sideLines(comparison, labels, pen)
  yield ''
  const ranked = causeLines(comparison, pen)
  if (ranked.length > 0) {
    yield* ranked
    yield ''
  }
  const lines = linesInView(comparison.rows, full)
  yield* treeLines(comparison, lines, pen, options.leftOut)
  yield ''
  yield* foldLines(lines, pen)
  if (!forAgent) yield* thresholdLines(comparison, pen)
}

const MOST_SHOWN = 5
const MOST_UNSURE = 3
/** Two blanks, a difference, two blanks. */
const INDENT = 12

/** The ranked few: how much, what, and below it from what to what, how often, and where in the tree. */
function causeLines(comparison: Comparison, pen: Pen): string[] {
  const { width, glyphs, style, full, more = '--full' } = pen
  const { rows: found, isSure } = originOf(comparison)
  if (found.length === 0) return []
  const shown = full ? found : found.slice(0, isSure ? MOST_SHOWN : MOST_UNSURE)
  const rest = found.length - shown.length
  const head = isSure ? 'where it comes from, by self time' : 'differences that may be chance, by self time'
  return [
    style.bold(fitEnd(head, width, glyphs.ellipsis)),
    ...shown.flatMap((row) => linesOf(comparison, row, pen)),
    ...(rest > 0
      ? [style.dim(fitEnd(`${blanks(INDENT)}and ${rest} more${more && `: ${more}`}`, width, glyphs.ellipsis))]
      : []),
  ]
}

function linesOf(comparison: Comparison, row: number, pen: Pen): string[] {
  const { glyphs, style, width } = pen
  const one = comparison.rows[row]!
  const delta = `  ${padStart(signedDuration(selfDelta(one) ?? 0, glyphs.micro), INDENT - 4)}  `
  const room = width - INDENT
  if (room < 8) return [fitEnd(delta + safeName(one.name, glyphs.ellipsis), width, glyphs.ellipsis)]
  const facts = figures(comparison, one, pen)
  const under = underText(comparison, row, room, pen)
  const together = `${facts}, ${under}`
  const below =
    displayWidth(together) <= room ? [together] : [...fitLines(facts, room, glyphs.ellipsis), under]
  return [delta + whoText(one, room, pen), ...below.map((text) => blanks(INDENT) + style.dim(text))]
}

function whoText({ name, service }: ComparedOperation, room: number, { glyphs, style }: Pen): string {
  const whole = safeName(name === '' ? '(no name)' : name, glyphs.ellipsis)
  const fitted = fitEnd(safeName(service, glyphs.ellipsis), Math.floor(room / 3), glyphs.ellipsis)
  const left = room - displayWidth(fitted) - 2
  if (fitted === '' || left < 8) return style.bold(fitMiddle(whole, room, glyphs.ellipsis))
  return `${style.bold(fitMiddle(whole, left, glyphs.ellipsis))}  ${fitted}`
}

/** `30.0ms → 640ms, 3 → 30 calls`; for sides of several traces also in how many of them. */
function figures({ a: sideA, b: sideB }: Comparison, { a, b, change }: ComparedOperation, pen: Pen): string {
  // Those that are listed have a time.
  const time = (nanos = 0) => formatDuration(nanos, pen.glyphs.micro)
  const fromTo = (before: string, after: string) =>
    before === after ? before : `${before} ${arrow(pen)} ${after}`
  const texts =
    change === 'new'
      ? [`new: ${time(b.selfNanos)}, ${count(b.calls, 'call')}`]
      : change === 'gone'
        ? [`gone: ${time(a.selfNanos)}, ${count(a.calls, 'call')}`]
        : [
            fromTo(time(a.selfNanos), time(b.selfNanos)),
            `${fromTo(String(a.calls), String(b.calls))} ${b.calls === 1 && a.calls === 1 ? 'call' : 'calls'}`,
          ]
  const isOfMany = sideA.traces > 1 || sideB.traces > 1
  if (isOfMany && (a.traces !== sideA.traces || b.traces !== sideB.traces))
    texts.push(`in ${a.traces} of ${sideA.traces} ${arrow(pen)} ${b.traces} of ${sideB.traces} traces`)
  return texts.join(', ')
}

/** `under POST /checkout > GET /cart`, without the first ones where all do not fit. */
function underText({ rows }: Comparison, row: number, room: number, { glyphs }: Pen): string {
  const { names, isWhole } = namesAbove(rows, row)
  if (names.length === 0) return fitEnd('at the top', room, glyphs.ellipsis)
  const safe = names.map((name) => safeName(name === '' ? '(no name)' : name, glyphs.ellipsis))
  for (let from = 0; from < safe.length; from++) {
    const kept = safe.slice(from)
    const text = `under ${[...(from === 0 && isWhole ? [] : [glyphs.ellipsis]), ...kept].join(' > ')}`
    if (displayWidth(text) <= room) return text
  }
  return fitMiddle(`under ${safe.at(-1)}`, room, glyphs.ellipsis)
}

interface SideName {
  /** In words: where it came from. */
  readonly name: string
  /** Of one trace. */
  readonly traceId: string | undefined
}

/** The comparison as a whole, for `-o json`. Times in nanoseconds. */
export function toSummaryJson(comparison: Comparison, nameA: SideName, nameB: SideName) {
  const { a, b, change, threshold } = comparison
  const delta = deltaOf(comparison)
  return {
    a: nameA.name,
    b: nameB.name,
    trace_id_a: nameA.traceId ?? null,
    trace_id_b: nameB.traceId ?? null,
    traces_a: a.traces,
    traces_b: b.traces,
    spans_a: a.spans,
    spans_b: b.spans,
    unfinished_a: a.unfinished,
    unfinished_b: b.unfinished,
    rootless_a: a.rootless,
    rootless_b: b.rootless,
    partial_a: a.parts,
    partial_b: b.parts,
    duration_a_ns: a.durationNanos ?? null,
    duration_b_ns: b.durationNanos ?? null,
    delta_ns: delta?.nanos ?? null,
    delta_share: delta !== undefined && delta.ofNanos > 0 ? delta.nanos / delta.ofNanos : null,
    change,
    why_unknown: whyUnknown(comparison) ?? null,
    significant: delta === undefined ? null : (comparison.isSignificant ?? null),
    least_traces: comparison.leastTraces ?? null,
    counts_from_share: threshold.share,
    counts_from_ns: Math.round(threshold.leastNanos),
    new: topsOf(comparison, 'new').length,
    gone: topsOf(comparison, 'gone').length,
  }
}

/** One row of `-o json`, `-o ndjson` and `-o csv`. Times in nanoseconds. */
export function toRowJson(comparison: Comparison, row: number) {
  const one = comparison.rows[row]!
  const { a, b } = one
  const isTested = comparison.isSignificant !== undefined
  return {
    service: one.service,
    operation: one.name,
    kind: one.kind,
    path: pathText(comparison.rows, row),
    calls_a: a.calls,
    calls_b: b.calls,
    total_a_ns: a.totalNanos ?? null,
    total_b_ns: b.totalNanos ?? null,
    delta_ns: totalDelta(one) ?? null,
    self_a_ns: a.selfNanos ?? null,
    self_b_ns: b.selfNanos ?? null,
    self_delta_ns: selfDelta(one) ?? null,
    change: one.change,
    traces_a: a.traces,
    traces_b: b.traces,
    id: row,
    parent_id: one.parent < 0 ? null : one.parent,
    significant: isTested && one.selfChange !== 'same' && one.selfChange !== 'unknown' ? isCause(one) : null,
  }
}
