import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { type CriticalPath, criticalPath } from '../../analysis/critical-path.ts'
import type { Scale } from '../../formats/output-choices.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { blanks, fitEnd } from '../fit.ts'
import { type Glyphs, glyphsFor } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import { axisLine } from '../time/axis.ts'
import { drawBar, type Interval, markFailed } from '../time/bar.ts'
import { type TimeWindow, timeWindow, type Zoom, zoomed } from '../time/window.ts'
import { Guides } from './guides.ts'
import { type Heading, topLines } from './header.ts'
import { Labels } from './label.ts'
import { barColumn, type Layout, planLayout, planWithoutBars, WantedWidths } from './layout.ts'
import { RowIds } from './row-ids.ts'
import { planRows, type Rows } from './rows.ts'
import { noRowLines, summaryLines, verdictLines } from './summary.ts'

/** How a waterfall is drawn. */
export interface WaterfallOptions extends Heading {
  /** Columns no line exceeds; meant for 40 and more, safe from 20 on. */
  readonly width: number
  /** False: ASCII marks only. */
  readonly unicode: boolean
  readonly style: Style
  /** False shows each of many equal siblings in a row of its own. Default true. */
  readonly fold?: boolean
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
  /** Nothing is cut off a list of findings. */
  readonly full?: boolean
  /** What stands below everything else, for the nodes that have a row. */
  readonly foot?: (pen: Pen, rows: Rows) => Iterable<string>
}

/** Columns of a label that guides never take: an error mark and the beginning of a name. */
const LEAST_NAME = 4

interface Drawing {
  readonly tree: TraceTree
  readonly rows: Rows
  readonly labels: Labels
  readonly ids: RowIds
  readonly layout: Layout
  readonly window: TimeWindow
  readonly path: CriticalPath
  readonly glyphs: Glyphs
  readonly style: Style
}

/**
 * A trace for a terminal, line by line: header, verdicts, axis, one row per span (equal leaf siblings in one), summary. No
 * line is wider than `width`, and every text of the trace is made safe. Nothing is told by colour alone.
 */
export function* renderWaterfall(tree: TraceTree, options: WaterfallOptions): Generator<string> {
  const { width, style, fold = true, bars = true, view, scale, zoom = {}, full = false } = options
  const pen: Pen = { width, glyphs: glyphsFor(options.unicode), style, full }
  const { glyphs } = pen
  const window = timeWindow(tree, scale)
  yield* topLines(tree, window, options, pen)
  if (options.head && tree.count === 1) return
  if (tree.count === 0) return yield fitEnd('The trace holds no spans.', width, glyphs.ellipsis)
  const rows = planRows(tree, fold, view?.shown)
  if (rows.shown === 0) return yield* noRowLines(tree, rows, view?.says, pen)
  const labels = new Labels(tree, rows, glyphs)
  const path = criticalPath(tree, [...tree.roots, ...tree.detached])
  const ids = new RowIds(tree, options.showIds === true, width)
  const layout = layOut(tree, rows, labels, width - ids.columns, bars)
  const shown = zoomed(window, zoom)
  yield* verdictLines(tree, window, pen)
  const titles = titleLine(layout, bars ? axisLine(shown, layout.bar, glyphs) : '')
  if (titles !== '') yield blanks(ids.columns) + style.dim(titles)
  yield* rowLines({ tree, rows, labels, ids, layout, window: shown, path, glyphs, style })
  yield ''
  yield* summaryLines(tree, rows, window, pen, { bars, view: view?.says })
  if (options.foot) yield* options.foot(pen, rows)
}

function layOut(tree: TraceTree, rows: Rows, labels: Labels, width: number, bars: boolean): Layout {
  const guideColumns = guideColumnsOf(width)
  const wanted = new WantedWidths(width)
  let duration = 5
  for (const { nodes } of rows.groups) {
    for (const node of nodes) {
      wanted.add(labels.naturalWidth(node, Math.min(guideColumns, tree.depth(node) * 2)))
      duration = Math.max(duration, labels.duration(node).length)
    }
  }
  return (bars ? planLayout : planWithoutBars)(width, wanted, duration)
}

function guideColumnsOf(width: number): number {
  return Math.floor(width / 4)
}

/** The axis, and titles over the figures when there are two columns of them. */
function titleLine(layout: Layout, axis: string): string {
  const { label, duration, self, gap } = layout
  if (self === 0) return axis === '' ? '' : blanks(barColumn(layout)) + axis
  const titles = `${'total'.padStart(label + gap + duration)}${'self'.padStart(gap + self)}`
  return axis === '' ? titles : titles + blanks(gap) + axis
}

function* rowLines(drawing: Drawing): Generator<string> {
  const { tree, rows, labels, ids, layout, glyphs, style } = drawing
  const columns = Math.min(
    guideColumnsOf(layout.width),
    Math.floor(layout.label / 2),
    layout.label - LEAST_NAME,
  )
  const guides = new Guides(tree, rows, columns, glyphs)
  const gap = blanks(layout.gap)
  for (const { heading, nodes } of rows.groups) {
    if (heading !== undefined) yield dividerLine(heading, layout.width + ids.columns, glyphs, style)
    for (const node of nodes) {
      const left = guides.of(node)
      const figures = labels.draw(node, left, layout.label, style) + figuresOf(node, drawing)
      const row = layout.bar === 0 ? figures.trimEnd() : figures + gap + barOf(node, drawing)
      yield style.dim(ids.before(node)) + row
      if (ids.isBelow) yield style.dim(`${guides.under(node)}  ${tree.span(node).spanId}`)
      const statistics = labels.statistics(node)
      if (statistics === '' || labels.statisticsFit(node, left.length, layout.label)) continue
      const under = `${blanks(ids.columns)}${guides.under(node)}  `
      const room = layout.width + ids.columns - displayWidth(under)
      yield style.dim(under + fitEnd(statistics, room, glyphs.ellipsis))
    }
  }
}

/** The duration and, where there is a column for it, the self time. */
function figuresOf(node: number, { tree, labels, layout, style }: Drawing): string {
  const duration = labels.duration(node)
  const gap = blanks(layout.gap)
  const total = gap + blanks(layout.duration - duration.length) + duration
  if (layout.self === 0) return total
  const self = tree.isLeaf(node) ? '' : labels.self(node)
  return total + gap + blanks(layout.self - self.length) + style.dim(self)
}

/** Trailing blanks are left out: the line is copied and grepped. */
function barOf(node: number, { tree, rows, labels, layout, window, path, glyphs, style }: Drawing): string {
  const intervalOf = (member: number): Interval => [tree.startOf(member), tree.endOf(member)]
  const members = rows.fold(node)?.members
  const spans = members ? members.map(intervalOf) : [intervalOf(node)]
  const sections = members ? members.flatMap((member) => path.sectionsOf(member)) : path.sectionsOf(node)
  const drawn = drawBar(spans, sections, window, layout.bar, glyphs)
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

function dividerLine(heading: string, width: number, glyphs: Glyphs, style: Style): string {
  const text = fitEnd(`${glyphs.rule.repeat(2)} ${heading} `, width, glyphs.ellipsis)
  return style.yellow(text + glyphs.rule.repeat(Math.max(0, width - displayWidth(text))))
}
