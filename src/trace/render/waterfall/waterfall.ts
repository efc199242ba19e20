import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd } from '../../../text/fit.ts'
import { drawnPath } from '../../analysis/critical-path.ts'
import type { Scale } from '../../formats/output-choices.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { axisLine } from '../axis.ts'
import { glyphsFor, type Pen } from '../glyphs.ts'
import { timeWindow, type Zoom, zoomed } from '../window.ts'
import { Guides } from './guides.ts'
import { type Heading, topLines } from './header.ts'
import { Labels } from './label.ts'
import { type Drawing, dividerLine, guideRoom, layOut, rowLine, titleLine } from './row-line.ts'
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
