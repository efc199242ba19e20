import type { Scene } from './scene.ts'
import { bodyLines, reopened, type Size, type ViewState } from './state.ts'

/** The cursor so many lines further down, or up; at an end it stays. */
export function moved(state: ViewState, by: number): ViewState {
  const { lines, lineOf } = state.rows
  const step = by < 0 ? -1 : 1
  const wanted = Math.min(Math.max(lineOf[state.cursor]! + by, 0), lines.length - 1)
  let at = wanted
  // Dividing lines are passed over; the first line may be one.
  while (at >= 0 && lines[at]! < 0) at += step
  if (at < 0) at = lines.findIndex((node) => node >= 0)
  return { ...state, cursor: lines[at]! }
}

/** A page further, and the screen with it. */
export function pagedBy(state: ViewState, pages: number, size: Size): ViewState {
  const by = pages * Math.max(1, bodyLines(size) - 1)
  return { ...moved(state, by), top: Math.max(0, state.top + by) }
}

/** Unfolds the row of the cursor; one that is open leads to the first row below it. */
export function unfolded(scene: Scene, state: ViewState): ViewState {
  const { cursor, opened, closed, rows } = state
  if (closed.has(cursor)) return reopened(scene, state, { closed: without(closed, cursor) })
  if (rows.fold(cursor)) return reopened(scene, state, { opened: new Set([...opened, cursor]) })
  const line = rows.lineOf[cursor]! + 1
  const next = rows.lines[line]
  if (next !== undefined && next >= 0 && scene.tree.parent(next) === cursor) return { ...state, cursor: next }
  return { ...state, message: 'Nothing is folded here.' }
}

/** Folds what is below the cursor; siblings that shared a row share it again; else it leads to the row above. */
export function folded(scene: Scene, state: ViewState): ViewState {
  const { cursor, opened, closed, rows } = state
  const below = rows.lines[rows.lineOf[cursor]! + 1]
  const isOpen = below !== undefined && below >= 0 && scene.tree.parent(below) === cursor
  if (isOpen) return reopened(scene, state, { closed: new Set([...closed, cursor]) })
  const first = scene.plan(state.pathOnly).foldOf[cursor]!
  if (first >= 0 && opened.has(first))
    return reopened(scene, state, { opened: without(opened, first), cursor: first })
  const parent = scene.tree.parent(cursor)
  return parent < 0 ? { ...state, message: 'Nothing is open here.' } : { ...state, cursor: parent }
}

/** Shows only the critical path and what is above it, or everything again. */
export function pathToggled(scene: Scene, state: ViewState): ViewState {
  const pathOnly = !state.pathOnly
  if (pathOnly && scene.plan(true).order.length === 0)
    return { ...state, message: 'No span of this trace took any time: it has no critical path.' }
  const next = reopened(scene, state, { pathOnly })
  return {
    ...next,
    message: pathOnly ? 'Only the critical path is shown; c shows everything.' : 'Everything is shown again.',
  }
}

/** With the row of a node on the screen, whatever had to be unfolded for it. */
export function revealed(scene: Scene, state: ViewState, node: number): ViewState {
  if (state.rows.lineOf[node]! >= 0) return { ...state, cursor: node }
  const { tree } = scene
  const closed = new Set(state.closed)
  for (let at = tree.parent(node); at >= 0; at = tree.parent(at)) closed.delete(at)
  const first = scene.plan(state.pathOnly).foldOf[node]!
  const opened = first >= 0 && first !== node ? new Set([...state.opened, first]) : state.opened
  return reopened(scene, state, { closed, opened, cursor: node })
}

function without(set: ReadonlySet<number>, node: number): Set<number> {
  const rest = new Set(set)
  rest.delete(node)
  return rest
}
