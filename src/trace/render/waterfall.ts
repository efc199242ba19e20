import type { Style } from '../../ports.ts'
import { type CriticalSection, criticalSections } from '../critical-path.ts'
import { isFold } from '../fold.ts'
import type { TraceNode, TraceTree } from '../tree.ts'
import { axisLine } from './axis.ts'
import { drawBar, type Interval } from './bar.ts'
import { fitEnd, padStart } from './fit.ts'
import { type Glyphs, glyphsFor } from './glyphs.ts'
import { guidesOf, guidesUnder } from './guides.ts'
import { headerLines } from './header.ts'
import { drawLabel, type Label, labelOf, naturalWidth, statisticsFit } from './label.ts'
import { type Layout, planLayout, planWithoutBars } from './layout.ts'
import { isDivider, layRows, type Row, type TreeRow } from './rows.ts'
import { serviceColour } from './service-colour.ts'
import { summaryLines } from './summary.ts'
import { displayWidth } from './width.ts'
import { type TimeWindow, timeWindow } from './window.ts'

/** How a waterfall is drawn. */
export interface WaterfallOptions {
  /** Columns no line exceeds; meant for 40 and more, safe from 20 on. */
  readonly width: number
  /** False: ASCII marks only. */
  readonly unicode: boolean
  readonly style: Style
  /** Milliseconds since the epoch; the header says the trace's age when it is given. */
  readonly now?: number
  /** False shows each of many equal siblings in a row of its own. Default true. */
  readonly fold?: boolean
  /** False leaves the axis and the bars out. Default true. */
  readonly bars?: boolean
  /** Only these spans get a row; `says` names the flags that chose them. */
  readonly view?: { readonly shown: ReadonlySet<TraceNode>; readonly says: string }
}

/** Columns of a label that guides never take: an error mark and the beginning of a name. */
const LEAST_NAME = 4

interface Drawing {
  readonly layout: Layout
  readonly window: TimeWindow
  readonly sections: ReadonlyMap<TraceNode, readonly CriticalSection[]>
  readonly glyphs: Glyphs
  readonly style: Style
}

/**
 * A trace for a terminal: header, axis, one row per span (equal leaf siblings in one), summary. No line is wider
 * than `width`, and every text of the trace is made safe. Nothing is told by colour alone.
 */
export function renderWaterfall(tree: TraceTree, options: WaterfallOptions): string[] {
  const { width, style, now, fold = true, bars = true, view } = options
  const glyphs = glyphsFor(options.unicode)
  const window = timeWindow(tree)
  const header = headerLines(tree, window, { width, now, glyphs, style })
  if (tree.nodes.length === 0)
    return [...header, '', fitEnd('The trace holds no spans.', width, glyphs.ellipsis)]
  const rows = layRows(tree, fold, view?.shown)
  const sections = criticalSections([...tree.roots, ...tree.detached])
  const guideColumns = Math.floor(width / 4)
  const labels = new Map<Row, Label>()
  const widths: number[] = []
  let duration = 5
  for (const row of rows) {
    if (isDivider(row)) continue
    const label = labelOf(row, glyphs)
    labels.set(row, label)
    widths.push(naturalWidth(label, Math.min(guideColumns, row.depth * 2)))
    duration = Math.max(duration, displayWidth(label.durationText))
  }
  const layout = (bars ? planLayout : planWithoutBars)(width, widths, duration)
  const drawing: Drawing = { layout, window, sections, glyphs, style }
  const body = rows.flatMap((row) => {
    if (isDivider(row)) return [dividerLine(row.says, drawing)]
    return rowLines(row, labels.get(row) as Label, guideColumns, drawing)
  })
  return [
    ...header,
    '',
    ...(bars ? [style.dim(' '.repeat(barColumn(layout)) + axisLine(window, layout.bar, glyphs))] : []),
    ...body,
    '',
    ...summaryLines(tree, rows, window, { width, glyphs, style }, { bars, view: view?.says }),
  ]
}

function barColumn({ label, duration, gap }: Layout): number {
  return label + duration + 2 * gap
}

function rowLines(row: TreeRow, label: Label, guideColumns: number, drawing: Drawing): string[] {
  const { layout, glyphs, style } = drawing
  const columns = Math.min(guideColumns, Math.floor(layout.label / 2), layout.label - LEAST_NAME)
  const guides = guidesOf(row, columns, glyphs)
  const gap = ' '.repeat(layout.gap)
  const left = drawLabel(label, guides, layout.label, glyphs, style)
  const figures = left + gap + padStart(label.durationText, layout.duration)
  const line = layout.bar === 0 ? figures : figures + gap + barOf(row, label, drawing)
  if (label.statistics === '' || statisticsFit(label, displayWidth(guides), layout.label)) return [line]
  const under = `${guidesUnder(row, columns, glyphs)}  `
  const statistics = fitEnd(label.statistics, layout.width - displayWidth(under), glyphs.ellipsis)
  return [line, style.dim(under + statistics)]
}

/** Blanks after a bar are left out: the line is copied and grepped. */
function barOf(row: TreeRow, label: Label, { layout, window, sections, glyphs, style }: Drawing): string {
  const nodes = isFold(row.item) ? row.item.members : [row.item]
  const spans = nodes.map((node): Interval => [node.startNanos, node.endNanos])
  const path = nodes
    .flatMap((node) => sections.get(node) ?? [])
    .map((s): Interval => [s.startNanos, s.endNanos])
  const runs = drawBar(spans, path, window, layout.bar, glyphs)
  if (runs.at(-1)?.tone === 'blank') runs.pop()
  const colour = serviceColour(label.span.service)
  return runs
    .map(({ text, tone }) => {
      if (tone === 'blank') return text
      if (tone === 'note') return style.yellow(text)
      const painted = style.palette(colour, text)
      return tone === 'path' ? style.bold(painted) : painted
    })
    .join('')
}

function dividerLine(says: string, { layout, glyphs, style }: Drawing): string {
  const text = fitEnd(`${glyphs.rule.repeat(2)} ${says} `, layout.width, glyphs.ellipsis)
  return style.yellow(text + glyphs.rule.repeat(Math.max(0, layout.width - displayWidth(text))))
}
