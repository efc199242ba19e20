import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd } from '../../../text/fit.ts'
import type { CriticalPath } from '../../analysis/critical-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { drawBar, drawSpan, type Interval, markFailed } from '../bar.ts'
import type { Glyphs } from '../glyphs.ts'
import type { TimeWindow } from '../window.ts'
import { LEVEL_COLUMNS, planLevels } from './guides.ts'
import { barColumn, type Labels, type Layout, planLayout, planWithoutBars, WantedWidths } from './label.ts'
import type { Rows } from './rows.ts'

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
