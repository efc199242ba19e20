import type { Style } from '../../ports/terminal.ts'
import { type CriticalPath, drawnPath, TimeOnPath } from '../analysis/critical-path.ts'
import type { Scale } from '../formats/output-choices.ts'
import { formatDuration } from '../render/format-duration.ts'
import { type Glyphs, glyphsFor } from '../render/glyphs.ts'
import { spanDetails } from '../render/span-details.ts'
import { notesOn } from '../render/waterfall/head-and-notes.ts'
import { Labels, type Layout } from '../render/waterfall/label.ts'
import { Guides, layRows, planRows, type RowGroup, type Rows, topsOf } from '../render/waterfall/rows.ts'
import { legend } from '../render/waterfall/summary.ts'
import { guideRoom, layOut } from '../render/waterfall/waterfall.ts'
import { type TimeWindow, timeWindow, zeroOf } from '../render/window.ts'
import { withheldNote } from '../span-view.ts'
import type { Fold } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** The constants of a walk through one trace. Costly ones are computed when they are first asked for, once. */
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
  /** The legend of the signs in the rows of this trace, with so many columns for the waterfall. */
  signs(width: number): readonly string[]
  /** Oddities and missing parts of the trace, each in one text. */
  notes(): readonly string[]
}

interface SceneOptions {
  readonly unicode: boolean
  readonly style: Style
  readonly scale?: Scale
}

interface Drawn {
  readonly node: number
  readonly columns: number
  readonly ink: Style
  readonly lines: readonly string[]
}

/** A tree of one span or more, ready for a walk. */
export function openScene(tree: TraceTree, { unicode, style, scale }: SceneOptions): Scene {
  const window = timeWindow(tree, scale)
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
  return legend(tree, rows, { axis, guides }, undefined, glyphs)
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

/** The rows that there can be, before any is folded or unfolded by hand. */
interface Plan {
  readonly tops: readonly RowGroup[]
  /** 1 by node that can have a row; undefined: all can. */
  readonly shown: Uint8Array | undefined
  /** Equal siblings that share a row until it is opened, by the first of them. */
  readonly folds: ReadonlyMap<number, Fold>
  /** By node: the first of the fold that it is a member of, -1 for none. */
  readonly foldOf: Int32Array
  /** All nodes in the order of their rows when everything is open. */
  readonly order: Int32Array
  /** By node: its place in `order`, -1 for none. */
  readonly placeOf: Int32Array
}

export interface Openness {
  /** Folds of siblings that were opened, by the first member. */
  readonly opened: ReadonlySet<number>
  /** Nodes whose rows below are folded. */
  readonly closed: ReadonlySet<number>
}

/** The rows at one moment, by line from the top. */
export interface OpenRows extends Rows {
  /** A node, or -1 less the number of the group whose dividing line it is. */
  readonly lines: Int32Array
  /** By node: its line, -1 for none. */
  readonly lineOf: Int32Array
}

/** Plans the rows of a tree: of all nodes, or of those that are `shown` (1 by node, their ancestors too). */
function openPlan(tree: TraceTree, shown: Uint8Array | undefined): Plan {
  const { folds } = planRows(tree, true, shown)
  const foldOf = new Int32Array(tree.count).fill(-1)
  for (const [first, { members }] of folds) for (const member of members) foldOf[member] = first
  const tops = topsOf(tree, (node) => shown?.[node] !== 0)
  const bare = { tops, shown, folds, foldOf }
  const all = openRows(tree, bare, { opened: new Set(folds.keys()), closed: new Set() })
  const order = all.lines.filter((node) => node >= 0)
  const placeOf = new Int32Array(tree.count).fill(-1)
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place
  return { ...bare, order, placeOf }
}

/** The rows of a plan, opened and closed as in this state. One pass over all nodes. */
export function openRows(
  tree: TraceTree,
  { tops, shown, folds, foldOf }: Pick<Plan, 'tops' | 'shown' | 'folds' | 'foldOf'>,
  { opened, closed }: Openness,
): OpenRows {
  const hidden = new Uint8Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const first = foldOf[node]!
    if (shown?.[node] === 0 || (first >= 0 && first !== node && !opened.has(first))) hidden[node] = 1
  }
  const shut = opened.size === 0 ? folds : new Map([...folds].filter(([first]) => !opened.has(first)))
  const rows = layRows(tree, tops, shut, hidden, tree.count, closed)
  const headings = rows.groups.filter(({ heading }) => heading !== undefined).length
  const lines = new Int32Array(headings + rows.groups.reduce((sum, { nodes }) => sum + nodes.length, 0))
  const lineOf = new Int32Array(tree.count).fill(-1)
  let line = 0
  rows.groups.forEach(({ heading, nodes }, group) => {
    if (heading !== undefined) lines[line++] = -1 - group
    for (const node of nodes) {
      lineOf[node] = line
      lines[line++] = node
    }
  })
  return { ...rows, lines, lineOf }
}
