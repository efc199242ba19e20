import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd } from '../../../text/fit.ts'
import { type CriticalPath, drawnPath } from '../../analysis/critical-path.ts'
import type { Scale } from '../../formats/output-choices.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { drawBar, drawSpan, type Interval, markFailed } from '../bar.ts'
import { type Glyphs, glyphsFor, type Pen } from '../glyphs.ts'
import { axisLine, type TimeWindow, timeWindow, type Zoom, zoomed } from '../window.ts'
import { type Heading, topLines } from './head-and-notes.ts'
import { barColumn, Labels, type Layout, planLayout, planWithoutBars, WantedWidths } from './label.ts'
import { Guides, LEVEL_COLUMNS, planLevels, planRows, type Rows } from './rows.ts'
import { noRowLines, summaryLines, verdictLines } from './summary.ts'

export interface WaterfallOptions extends Heading {
  /** Columns no line exceeds; meant for 40 and more, safe from 20 on. */
  readonly width: number
  /** False: ASCII marks only. */
  readonly unicode: boolean
  readonly style: Style
  /** False shows each of many equal siblings in a row of its own. Default true. */
  readonly fold?: boolean
  /** Folds that are shown in rows of their own nonetheless, by their first member. */
  readonly opened?: ReadonlySet<number>
  /** False leaves the axis and the bars out. Default true. */
  readonly bars?: boolean
  /** Default `linear`. */
  readonly scale?: Scale
  /** The part of it that axis and bars show. */
  readonly zoom?: Zoom
  /** Only these spans get a row (1 by node); `says` names the flags that chose them. */
  readonly view?: { readonly shown: Uint8Array; readonly says: string }
  /** Span ids before the rows; where there is no room, below them. */
  readonly showIds?: boolean
  /** A list of findings is whole. */
  readonly full?: boolean
  /** What stands below everything else, for the nodes that have a row. */
  readonly foot?: (pen: Pen, rows: Rows) => Iterable<string>
}

/**
 * A trace for a terminal, line by line: header, verdicts, axis, one row per span (equal leaf siblings in one), summary. No line
 * is wider than `width`, and every text of the trace is made safe. Colour alone means nothing.
 */
export function* renderWaterfall(tree: TraceTree, options: WaterfallOptions): Generator<string> {
  const { width, style, fold = true, bars = true, view, scale, zoom = {}, full = false } = options
  const pen: Pen = { width, glyphs: glyphsFor(options.unicode), style, full }
  const { glyphs } = pen
  const window = timeWindow(tree, scale)
  yield* topLines(tree, options, pen)
  if (options.head && tree.count === 1) return
  if (tree.count === 0) return yield fitEnd('The trace holds no spans.', width, glyphs.ellipsis)
  const rows = planRows(tree, fold, view?.shown, options.opened)
  if (rows.shown === 0) return yield* noRowLines(tree, rows, view?.says, pen)
  const labels = new Labels(tree, rows, glyphs)
  const { path } = drawnPath(tree)
  const ids = new RowIds(tree, options.showIds === true, width)
  const layout = layOut(tree, rows, labels, width - ids.columns, bars)
  const guides = new Guides(tree, rows, guideRoom(layout), glyphs)
  const shown = zoomed(window, zoom, tree.endNanos)
  yield* verdictLines(tree, pen)
  const titles = titleLine(layout, bars ? axisLine(shown, layout.bar, glyphs) : '')
  if (titles !== '') yield blanks(ids.columns) + style.dim(titles)
  yield* rowLines({ tree, rows, labels, layout, window: shown, path, glyphs, style }, guides, ids)
  yield ''
  const axis = bars ? shown : undefined
  yield* summaryLines(tree, rows, pen, { axis, guides, view })
  if (options.foot) yield* options.foot(pen, rows)
}

function* rowLines(drawing: Drawing, guides: Guides, ids: RowIds): Generator<string> {
  const { tree, rows, labels, layout, glyphs, style } = drawing
  for (const { heading, nodes } of rows.groups) {
    if (heading !== undefined) yield dividerLine(heading, layout.width + ids.columns, glyphs, style)
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      const left = guides.of(node)
      yield style.dim(ids.before(node)) + rowLine(node, left, drawing)
      if (ids.isBelow) yield style.dim(`${guides.under(node)}  ${tree.span(node).spanId}`)
      const statistics = labels.statistics(node)
      if (statistics === '' || labels.statisticsFit(node, left.length, layout.label)) continue
      const under = `${blanks(ids.columns)}${guides.under(node)}  `
      const room = layout.width + ids.columns - displayWidth(under)
      yield style.dim(under + fitEnd(statistics, room, glyphs.ellipsis))
    }
  }
}

const ID_COLUMNS = 16
const GAP = 2
/** From this width on ids have a column; the rest must be enough for a waterfall. */
const COLUMN_FROM = 78

/** The span ids of rows (`--show-ids`): in a column before them, or each on a line of its own. Never cut. */
export class RowIds {
  readonly #tree: TraceTree
  /** What they take of each line; 0 for none. */
  readonly columns: number
  /** They stand below the rows. */
  readonly isBelow: boolean

  constructor(tree: TraceTree, areShown: boolean, width: number) {
    this.#tree = tree
    this.columns = areShown && width >= COLUMN_FROM ? ID_COLUMNS + GAP : 0
    this.isBelow = areShown && this.columns === 0
  }

  /** What stands before the row of a node; of a fold its first span. */
  before(node: number): string {
    if (this.columns === 0) return ''
    const { spanId } = this.#tree.span(node)
    return spanId + blanks(this.columns - spanId.length)
  }
}

/** Columns of a label that guides never take: an error mark and the beginning of a name. */
const LEAST_NAME = 4

/** What the lines of rows are drawn from. */
export interface Drawing {
  readonly tree: TraceTree
  readonly rows: Rows
  readonly labels: Labels
  readonly layout: Layout
  readonly window: TimeWindow
  readonly path: CriticalPath
  readonly glyphs: Glyphs
  readonly style: Style
}

/** The columns that suit these rows. `leastDuration`: columns that durations get at least. */
export function layOut(
  tree: TraceTree,
  rows: Rows,
  labels: Labels,
  width: number,
  bars: boolean,
  leastDuration = 5,
): Layout {
  const guideColumns = guideColumnsOf(width)
  const levels = planLevels(tree, rows, guideColumns)
  const wanted = new WantedWidths(width)
  let duration = leastDuration
  for (const { nodes } of rows.groups) {
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      wanted.add(labels.naturalWidth(node, Math.min(guideColumns, levels.of(node) * LEVEL_COLUMNS)))
      duration = Math.max(duration, labels.duration(node).length)
    }
  }
  return (bars ? planLayout : planWithoutBars)(width, wanted, duration)
}

function guideColumnsOf(width: number): number {
  return Math.floor(width / 4)
}

export function guideRoom({ width, label }: Layout): number {
  return Math.min(guideColumnsOf(width), Math.floor(label / 2), label - LEAST_NAME)
}

/** The axis, and titles over the figures when there are two columns of them. */
export function titleLine(layout: Layout, axis: string): string {
  const { label, duration, self, gap } = layout
  if (self === 0) return axis === '' ? '' : blanks(barColumn(layout)) + axis
  const titles = `${'total'.padStart(label + gap + duration)}${'self'.padStart(gap + self)}`
  return axis === '' ? titles : titles + blanks(gap) + axis
}

/** A span's row, behind its guides: label, figures and bar. */
export function rowLine(node: number, guides: string, drawing: Drawing): string {
  const { labels, layout, style } = drawing
  const figures = labels.draw(node, guides, layout.label, style) + figuresOf(node, drawing)
  return layout.bar === 0 ? figures.trimEnd() : figures + blanks(layout.gap) + barOf(node, drawing)
}

/** The duration and, where there is a column for it, the self time. */
function figuresOf(node: number, { tree, labels, layout, style }: Drawing): string {
  const duration = labels.duration(node)
  const total = blanks(layout.gap + layout.duration - duration.length) + duration
  if (layout.self === 0) return total
  const self = tree.isLeaf(node) ? '' : labels.self(node)
  return total + blanks(layout.gap + layout.self - self.length) + style.dim(self)
}

/** Trailing blanks are left out: the line is copied and grepped. */
function barOf(node: number, { tree, rows, labels, layout, window, path, glyphs, style }: Drawing): string {
  const members = rows.fold(node)?.members
  const drawn = members
    ? drawBar(intervalsOf(members, tree), sectionsOf(members, path), window, layout.bar, glyphs)
    : drawSpan(tree.startOf(node), tree.endOf(node), path.sectionsOf(node), window, layout.bar, glyphs)
  const hasFailed = tree.hasFailed(node)
  const runs = hasFailed ? markFailed(drawn, glyphs.error) : drawn
  let bar = ''
  for (let i = 0; i < runs.length; i++) {
    const { text, tone } = runs[i]!
    if (tone === 'blank') {
      if (i < runs.length - 1) bar += text
    } else if (tone === 'note') bar += style.yellow(text)
    else {
      const painted = hasFailed ? style.red(text) : style.palette(labels.colour(node), text)
      bar += tone === 'path' ? style.bold(painted) : painted
    }
  }
  return bar
}

function intervalsOf(nodes: readonly number[], tree: TraceTree): Interval[] {
  return nodes.map((node) => [tree.startOf(node), tree.endOf(node)])
}

function sectionsOf(nodes: readonly number[], path: CriticalPath): Interval[] {
  return nodes.flatMap((node) => path.sectionsOf(node))
}

/** The line above rows that hang on no root. */
export function dividerLine(heading: string, width: number, glyphs: Glyphs, style: Style): string {
  const text = fitEnd(`${glyphs.rule.repeat(2)} ${heading} `, width, glyphs.ellipsis)
  return style.yellow(text + glyphs.rule.repeat(Math.max(0, width - displayWidth(text))))
}
