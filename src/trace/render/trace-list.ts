import type { Style } from '../../ports/terminal.ts'
import { count } from '../../text/count.ts'
import { displayWidth, widest } from '../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../text/fit.ts'
import { isoTime } from '../formats/span-times.ts'
import { idForTraceGet, isOfSpans, type TraceSummary } from '../search.ts'
import { percentile } from '../tree/fold.ts'
import { formatDuration, withoutDuration } from './format-duration.ts'
import { glyphsFor } from './glyphs.ts'

/** How a list of traces is drawn; no line is wider than `width`. */
interface ListOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  /** Milliseconds since the epoch, for ages. */
  readonly now: number
  /** Gets the heads of the columns that found no room. */
  readonly leftOut?: string[]
}

const HISTOGRAM_COLUMNS = 24

interface ListPen extends Pick<ListOptions, 'width' | 'unicode' | 'style'> {
  /** The cell of a trace that began then, in milliseconds since the epoch. */
  when(startMillis: number): string
}

/** A line of durations over the list, then one line a trace: id, root, spans, errors, duration, age, and a bar. */
export function renderTraceList(traces: readonly TraceSummary[], options: ListOptions): string[] {
  const { width, style } = options
  const { ellipsis } = glyphsFor(options.unicode)
  const cut = (line: string) => fitEnd(line, width, ellipsis)
  if (traces.length === 0) return [cut('No traces found.')]
  const pen = { ...options, when: (startMillis: number) => age(options.now - startMillis) }
  const columns = planColumns(traces, pen)
  const [what, name] = isOfSpans(traces) ? ['SPAN', 'NAME'] : ['TRACE', 'ROOT']
  options.leftOut?.push(...(columns.root === 0 ? [name] : []), ...columns.leftOut)
  const head = `${padEnd(what, columns.id)}  ${padEnd(name, columns.root)}${columns.figures(columns.heads)}`
  return [
    ...histogramLines(traces, options).map(cut),
    '',
    style.dim(cut(head.trimEnd())),
    ...traces.map((trace) => traceLine(trace, columns, pen)),
  ]
}

function histogramLines(traces: readonly TraceSummary[], { unicode, style }: ListOptions): string[] {
  const micro = glyphsFor(unicode).micro
  const sorted = traces.flatMap(({ durationNanos }) => durationNanos ?? []).sort((a, b) => a - b)
  const isInMillis = traces.some((trace) => trace.isInMillis)
  const text = (nanos: number) => durationText(nanos, isInMillis, micro)
  const found = count(traces.length, isOfSpans(traces) ? 'span' : 'trace')
  if (sorted.length === 0) return [`${found}  no duration is known`]
  const [p50, p99] = [50, 99].map((p) => text(percentile(sorted, p)))
  const facts = `${found}  p50 ${p50}  p99 ${p99}`
  const shape = histogram(sorted, HISTOGRAM_COLUMNS)
  if (!shape) return [facts]
  const [least, most] = [shape.leastNanos, shape.mostNanos].map(text)
  return [facts, `durations  ${least} ${style.bold(sparkline(shape.counts, unicode))} ${most}`]
}

/** Whole milliseconds get no digits that are not known. */
function durationText(nanos: number, isInMillis: boolean, micro: string): string {
  if (!isInMillis || nanos >= 1e8) return formatDuration(nanos, micro)
  return nanos < 1e6 ? '<1ms' : `${Math.round(nanos / 1e6)}ms`
}

const HEADS = ['SPANS', 'ERRORS', 'DURATION', 'AGE'] as const
/** Where a root would be truncated. */
const SHORT_HEADS = ['SPANS', 'ERR', 'TIME', 'AGE'] as const
/** Which figures stay in little room, the most needed first. */
const BY_NEED = ['DURATION', 'ERRORS', 'AGE', 'SPANS'] as const
/** Columns that figures leave to the root, and that the two most needed leave to it. */
const LEAST_ROOT = 12
const LEAST_ROOT_BESIDE_NEEDED = 8
const MOST_NEEDED = 2

interface ListColumns {
  readonly id: number
  /** Columns of the root, 0 for none. */
  readonly root: number
  readonly bar: number
  /** Nanoseconds the full bar stands for. */
  readonly most: number
  /** The palette index of a root's service, by the order of services in the list. */
  readonly colours: ReadonlyMap<string | undefined, number>
  /** Whether there is a column of errors; else the root is marked. */
  readonly hasErrors: boolean
  readonly leftOut: readonly string[]
  readonly heads: readonly string[]
  /** The cells in their columns, as far as there is room. */
  figures(cells: readonly string[]): string
}

/** Ids and figures keep their width (ids are copied, figures compared); the root and the bar share what is left. */
function planColumns(traces: readonly TraceSummary[], pen: ListPen): ListColumns {
  const rows = traces.map((trace) => cellsOf(trace, pen))
  const id = widest(traces.map(idForTraceGet), 5)
  const layUnder = (heads: readonly string[]) => ({
    heads,
    ...layFigures(
      id,
      heads.map((head, i) => widest([head, ...rows.map((cells) => cells[i]!)])),
      pen.width,
    ),
  })
  const rootsOf = (marked: boolean) =>
    widest(
      traces.map((trace) => rootText(trace, pen, marked)),
      4,
    )
  const wide = layUnder(HEADS)
  const { heads, figures, leftOut, room } = wide.room < rootsOf(false) ? layUnder(SHORT_HEADS) : wide
  const hasErrors = !leftOut.includes('ERRORS')
  const widestRoot = rootsOf(!hasErrors)
  // A whole name says more than a long bar.
  const bar = leftOut.length === 0 && room >= 36 ? Math.max(8, Math.min(20, room - widestRoot - 2)) : 0
  const services = [...new Set(traces.map((trace) => trace.rootService))]
  return {
    id,
    root: Math.min(room - (bar > 0 ? bar + 2 : 0), widestRoot),
    bar,
    most: traces.reduce((high, trace) => Math.max(high, trace.durationNanos ?? 0), 1),
    colours: new Map(services.map((service, index) => [service, index])),
    hasErrors,
    leftOut,
    heads,
    figures,
  }
}

/** Which of the figures have room beside an id, each in its own width; `room`: the columns that are left. */
function layFigures(id: number, widths: readonly number[], width: number) {
  const kept = figuresThatFit(widths, width - id - 2)
  const figures = (cells: readonly string[]) =>
    cells.map((cell, i) => (kept.has(HEADS[i]!) ? `  ${padStart(cell, widths[i]!)}` : '')).join('')
  const room = Math.max(0, width - id - 2 - displayWidth(figures(HEADS.map(() => ''))))
  return { figures, leftOut: HEADS.filter((head) => !kept.has(head)), room }
}

function figuresThatFit(widths: readonly number[], room: number): ReadonlySet<string> {
  let left = room
  const least = BY_NEED.findIndex((head, i) => {
    left -= 2 + widths[HEADS.indexOf(head)]!
    return left < (i < MOST_NEEDED ? LEAST_ROOT_BESIDE_NEEDED : LEAST_ROOT)
  })
  return new Set(least < 0 ? BY_NEED : BY_NEED.slice(0, least))
}

function cellsOf(trace: TraceSummary, { unicode, when }: ListPen): string[] {
  const glyphs = glyphsFor(unicode)
  const { spans, errors } = trace
  return [
    spans === undefined ? '?' : String(spans),
    errors === undefined ? '?' : errors > 0 ? `${glyphs.error} ${errors}` : '0',
    trace.durationNanos === undefined
      ? withoutDuration(trace.unfinished)
      : durationText(trace.durationNanos, trace.isInMillis === true, glyphs.micro),
    trace.startNanos === undefined ? '?' : when(Number(trace.startNanos / 1_000_000n)),
  ]
}

function traceLine(trace: TraceSummary, columns: ListColumns, pen: ListPen): string {
  const { width, style } = pen
  const glyphs = glyphsFor(pen.unicode)
  const id = fitEnd(idForTraceGet(trace), width, glyphs.ellipsis)
  if (columns.root === 0) return id
  const name = padEnd(rootText(trace, pen, !columns.hasErrors, columns.root), columns.root)
  const middle = `${name}${columns.figures(cellsOf(trace, pen))}`
  const left = `${padEnd(id, columns.id)}  ${(trace.errors ?? 0) > 0 ? style.red(middle) : middle}`
  if (columns.bar === 0 || trace.durationNanos === undefined) return left.trimEnd()
  const filled = Math.max(1, Math.round((trace.durationNanos / columns.most) * columns.bar))
  return `${left}  ${style.palette(columns.colours.get(trace.rootService) ?? 0, glyphs.path.repeat(filled))}`
}

/** Service and name, each truncated by itself, or the name alone where there is room for the beginning of one of them. */
function rootText(
  trace: TraceSummary,
  { unicode }: ListPen,
  marked: boolean,
  room = Number.POSITIVE_INFINITY,
): string {
  const { rootService, rootName, span, errors = 0 } = trace
  const glyphs = glyphsFor(unicode)
  const mark = marked && errors > 0 ? `${glyphs.error} ` : ''
  const parts = [rootService ?? span?.service, rootName ?? span?.name].flatMap((part) =>
    part ? [safeName(part, glyphs.ellipsis)] : [],
  )
  const [service = '', name = ''] = parts
  if (parts.length < 2 || room < LEAST_ROOT)
    return fitMiddle(mark + (parts.at(-1) ?? '(root not known)'), room, glyphs.ellipsis)
  const left = room - displayWidth(mark) - 2
  const start = fitEnd(service, Math.max(Math.floor(left / 3), left - displayWidth(name)), glyphs.ellipsis)
  return `${mark}${start}: ${fitMiddle(name, left - displayWidth(start), glyphs.ellipsis)}`
}

function age(millis: number): string {
  // The clock of the trace's host may be some seconds ahead; more than that is shown.
  if (millis <= -60_000) return `in ${age(-millis)}`
  const seconds = Math.max(0, Math.floor(millis / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.min(9999, Math.floor(seconds / 86_400))}d`
}

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const ASCII_LEVELS = ['.', ':', '-', '=', '+', '*', '#', '@']

/** How many durations fall in each of equal steps of a logarithmic scale. */
interface Histogram {
  readonly counts: readonly number[]
  readonly leastNanos: number
  readonly mostNanos: number
}

/**
 * Durations by size. The scale is logarithmic: latencies span orders of magnitude, and on a linear scale one slow trace
 * puts all others into the first column.
 */
export function histogram(durations: readonly number[], columns: number): Histogram | undefined {
  const positive = durations.filter((nanos) => nanos > 0)
  if (positive.length < 2) return undefined
  const leastNanos = positive.reduce((least, nanos) => Math.min(least, nanos))
  const mostNanos = positive.reduce((most, nanos) => Math.max(most, nanos))
  if (mostNanos === leastNanos) return undefined
  const counts = new Array<number>(columns).fill(0)
  const scale = columns / Math.log(mostNanos / leastNanos)
  for (const nanos of positive) {
    const column = Math.min(columns - 1, Math.floor(Math.log(nanos / leastNanos) * scale))
    counts[column]! += 1
  }
  return { counts, leastNanos, mostNanos }
}

/** One character a count, blank for none; the highest count is the highest bar. */
export function sparkline(counts: readonly number[], unicode: boolean): string {
  const levels = unicode ? LEVELS : ASCII_LEVELS
  const most = counts.reduce((high, count) => Math.max(high, count), 1)
  return counts
    .map((count) => (count === 0 ? ' ' : levels[Math.ceil((count / most) * levels.length) - 1]))
    .join('')
}

/** A list that grows: its lines are drawn one by one, and none is drawn again. */
interface TraceFeed {
  readonly head: string
  line(trace: TraceSummary): string
}

const FEED_HEADS = ['SPANS', 'ERRORS', 'DURATION', 'STARTED'] as const
/** Room for the figures of most traces, and for a time as `13:02:05Z`. */
const WIDTHS = [6, 6, 8, 9] as const
const ID = 32
/** A longer root would leave the figures far from the id. */
const MOST_ROOT = 40

/**
 * The columns of a list whose traces are not known yet. A time of the day stands in place of the age, which would be wrong a
 * second later.
 */
export function openFeed(options: Pick<ListOptions, 'width' | 'unicode' | 'style'>): TraceFeed {
  const { width, unicode, style } = options
  const pen: ListPen = { ...options, when: (startMillis) => `${timeOfDay(startMillis)}Z` }
  const { figures, leftOut, room } = layFigures(ID, WIDTHS, width)
  const root = Math.min(room, MOST_ROOT)
  const hasErrors = !leftOut.includes('ERRORS')
  const columns = {
    id: ID,
    root,
    bar: 0,
    most: 1,
    colours: new Map(),
    hasErrors,
    leftOut,
    heads: FEED_HEADS,
    figures,
  }
  const { ellipsis } = glyphsFor(unicode)
  const head = root === 0 ? 'TRACE' : `${padEnd('TRACE', ID)}  ${padEnd('ROOT', root)}${figures(FEED_HEADS)}`
  return {
    head: style.dim(fitEnd(head.trimEnd(), width, ellipsis)),
    line: (trace) => traceLine(trace, columns, pen),
  }
}

const timeOfDay = (millis: number): string => isoTime(BigInt(millis) * 1_000_000n, 3).slice(11, 19)
