import type { Style } from '../../ports/terminal.ts'
import type { CriticalPath } from '../analysis/critical-path.ts'
import { drawnPath } from '../analysis/roots-path.ts'
import { TimeOnPath } from '../analysis/time-on-path.ts'
import type { Scale } from '../formats/output-choices.ts'
import { formatDuration } from '../render/format-duration.ts'
import { type Glyphs, glyphsFor } from '../render/glyphs.ts'
import { spanDetails } from '../render/span-details/span-details.ts'
import { cutIdle, cutText } from '../render/time/cuts.ts'
import { type TimeWindow, timeWindow, zeroOf } from '../render/time/window.ts'
import { Guides } from '../render/waterfall/guides.ts'
import { Labels } from '../render/waterfall/label.ts'
import type { Layout } from '../render/waterfall/layout.ts'
import { notesOn } from '../render/waterfall/notes.ts'
import { guideRoom, layOut } from '../render/waterfall/row-line.ts'
import { planRows } from '../render/waterfall/rows.ts'
import { legend } from '../render/waterfall/summary.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { withheldNote } from '../withheld.ts'
import { openPlan, type Plan } from './plan.ts'

/** What stays the same during a walk through one trace. What is costly is computed when it is first asked for, once. */
export interface Scene {
  readonly tree: TraceTree
  readonly window: TimeWindow
  readonly path: CriticalPath
  readonly glyphs: Glyphs
  readonly unicode: boolean
  readonly style: Style
  /** All rows, or those of the critical path and what is above it. */
  plan(pathOnly: boolean): Plan
  /** The columns of the waterfall in so much room. They do not change while rows are folded. */
  layout(width: number): Layout
  /** The details of a span, in lines of at most so many columns. Scrolling asks for them again with each key. */
  details(node: number, columns: number, style?: Style): readonly string[]
  /** What the signs in the rows say, as far as this trace has them when so many columns are there for the waterfall. */
  signs(width: number): readonly string[]
  /** What is odd about the trace or missing of it, each in one text. */
  notes(): readonly string[]
}

/** How a scene is drawn. */
export interface SceneOptions {
  readonly unicode: boolean
  readonly style: Style
  readonly scale?: Scale
}

/** The details that were drawn last. */
interface Drawn {
  readonly node: number
  readonly columns: number
  readonly ink: Style
  readonly lines: readonly string[]
}

/** A tree of one span or more, ready for a walk. */
export function openScene(tree: TraceTree, { unicode, style, scale }: SceneOptions): Scene {
  const whole = timeWindow(tree, scale)
  const window = scale === 'fit' || scale === 'log' ? whole : cutIdle(whole, tree)
  const drawn = drawnPath(tree)
  const { path } = drawn
  const glyphs = glyphsFor(unicode)
  const plans = new Map<boolean, Plan>()
  const layouts = new Map<number, Layout>()
  const [onPath, zeroNanos] = [new TimeOnPath(tree, drawn), zeroOf(window)]
  let last: Drawn | undefined
  let notes: readonly string[] | undefined
  const plan = (pathOnly: boolean): Plan => {
    const known = plans.get(pathOnly) ?? openPlan(tree, pathOnly ? nodesOnPath(tree, path) : undefined)
    plans.set(pathOnly, known)
    return known
  }
  const layout = (width: number): Layout => {
    const known = layouts.get(width) ?? layoutFor(tree, width, glyphs)
    layouts.set(width, known)
    return known
  }
  const signsAt = new Map<number, readonly string[]>()
  return {
    tree,
    window,
    path,
    glyphs,
    unicode,
    style,
    plan,
    layout,
    signs(width) {
      const known = signsAt.get(width) ?? signsFor(tree, window, layout(width), glyphs)
      signsAt.set(width, known)
      return known
    },
    details(node, columns, ink = style) {
      if (last?.node !== node || last.columns !== columns || last.ink !== ink) {
        const pen = { width: columns, glyphs, style: ink, full: true }
        const details = { tree, node, onPath, zeroNanos, way: 'steps' as const }
        last = { node, columns, ink, lines: [...spanDetails(details, pen)] }
      }
      return last.lines
    },
    notes() {
      notes ??= [...notesOn(tree, glyphs, 'trace get --skew'), withheldNote(tree.trace.spans)].filter(
        (note) => note !== undefined,
      )
      return notes
    },
  }
}

function layoutFor(tree: TraceTree, width: number, glyphs: Glyphs): Layout {
  const rows = planRows(tree, true)
  return layOut(tree, rows, new Labels(tree, rows, glyphs), width, true, longestDuration(tree, glyphs.micro))
}

function signsFor(tree: TraceTree, axis: TimeWindow, layout: Layout, glyphs: Glyphs): string[] {
  const rows = planRows(tree, true)
  const guides = new Guides(tree, rows, guideRoom(layout), glyphs)
  const signs = legend(tree, rows, { axis, guides }, undefined, glyphs)
  return cutText(axis, glyphs.micro) === undefined ? signs : [...signs, '~ time cut out']
}

/** Columns that are enough for the duration of any span. Texts below a minute have up to seven; beyond, more time is no less text. */
function longestDuration(tree: TraceTree, micro: string): number {
  const longest = tree.spans.reduce((most, { durationNanos }) => Math.max(most, durationNanos), 0)
  return Math.max(7, formatDuration(longest, micro).length)
}

/** 1 for each node on the critical path and its ancestors. */
function nodesOnPath(tree: TraceTree, path: CriticalPath): Uint8Array {
  const shown = new Uint8Array(tree.count)
  for (const { node } of path)
    for (let at = node; at >= 0 && shown[at] === 0; at = tree.parent(at)) shown[at] = 1
  return shown
}
