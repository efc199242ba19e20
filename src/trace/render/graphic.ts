import type { CriticalPath } from '../analysis/critical-path.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import type { Interval } from './bar.ts'
import { formatDuration } from './format-duration.ts'
import type { WaterfallOptions } from './waterfall/waterfall.ts'
import { stepAt, type TimeWindow, timeWindow, zoomed } from './window.ts'

/** How a page or picture is drawn: as the waterfall, but for what a terminal has alone. Without an age: it is kept. */
export type GraphicOptions = Omit<
  WaterfallOptions,
  'width' | 'unicode' | 'style' | 'now' | 'head' | 'foot' | 'bars' | 'showIds' | 'full'
>

/** The time of the trace, and the part of it that the axis shows. */
export function windowOf(tree: TraceTree, { scale, zoom = {} }: GraphicOptions): TimeWindow {
  return zoomed(timeWindow(tree, scale), zoom, tree.endNanos)
}

/** Levels that have an indent of their own; deeper rows stand on the last one. Half of the room is the name's. */
export const MOST_INDENTS = 24
/** Colours of services, in a circle: each has a contrast of 3 to 1 with page and marked row, by day and by night. */
export const COLOURS = [
  '#3b7dd8',
  '#cc7722',
  '#2e9e6b',
  '#a35bd1',
  '#c94f7c',
  '#5f9e1f',
  '#1a9ba8',
  '#b8860b',
  '#7a6ff0',
  '#d0563e',
  '#4f8f8b',
  '#9b6a3c',
] as const

const indents = Array.from(
  { length: MOST_INDENTS + 1 },
  (_, level) => `.l${level} .n{padding-left:min(${level}em,50%)}`,
)
const colours = COLOURS.map((colour, i) => `.c${i}{fill:${colour}}`)

/**
 * The stylesheet of the page. Colour alone means nothing: bars on the critical path are high, others are thin. The browser's
 * target, a link's row or the focused one, stops below the bar of the search (scroll-padding). A narrow window, or one of 1280
 * pixels at 200%, has the bars below the names (WCAG 2.2, 1.4.4 and 1.4.10). Buttons are 24 pixels high and wide (2.5.8). A
 * screen reader sees no indent: it gets the level (1.3.1). Paper cannot be unfolded, so names are whole there.
 */
export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--text:#1c1e21;--soft:#5b626b;--line:#d9dde2;--red:#b3161b;--mark:#fff7c8}
@media (prefers-color-scheme:dark){:root{--back:#16181c;--text:#e4e6ea;--soft:#9aa2ad;--line:#343941;--red:#ff7b7e;--mark:#332a00}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem}
body{margin:0;padding:1rem;background:var(--back);color:var(--text);font:14px/1.45 system-ui,sans-serif}
h1{font-size:1.15rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1rem;margin:1.2em 0 .3em}
a{color:inherit}
code,pre,.d,.axis text{font-family:ui-monospace,monospace;font-size:12px}
.facts,.soft,.axis,small{color:var(--soft)}
span.bad,.bad .n{color:var(--red)}
ul{margin:0;padding-left:1.4em}
li{overflow-wrap:anywhere}
form{position:sticky;top:0;z-index:1;background:var(--back);padding:.5em 0}
input{font:inherit;width:min(30em,60%);padding:.2em .5em;background:var(--back);color:var(--text);border:1px solid var(--soft)}
::placeholder{color:var(--soft);opacity:1}
.r{position:relative;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 25px}
.r[hidden],.q .f{display:none}
.r:target,.hit{background:var(--mark)}
[aria-current]{outline:2px solid var(--text);outline-offset:-2px}
summary,.axis{display:grid;grid-template-columns:minmax(12em,42%) 6em 1fr;gap:.6em;align-items:center}
summary{list-style:none;cursor:pointer;min-height:24px}
summary::-webkit-details-marker{display:none}
.n{padding-left:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;margin-left:25px}
details[open] .n{white-space:normal;overflow-wrap:anywhere}
i{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.d{text-align:right}
svg{display:block;width:100%;height:12px}
.axis svg{height:16px;overflow:visible}
.axis text{fill:var(--soft)}
.axis line{stroke:var(--line)}
.e{fill:var(--red)}
.f{position:absolute;left:0;top:0;width:24px;height:24px;padding:0;border:0;background:none;color:inherit;cursor:pointer;font:inherit}
pre{margin:.2em 0 .8em 2em;white-space:pre-wrap;overflow-wrap:anywhere}
${indents.join('\n')}
${colours.join('\n')}
@media (max-width:40em){summary,.axis{grid-template-columns:1fr 6em;row-gap:0}svg,svg+.d{grid-column:1/-1}summary{padding-bottom:3px}}
@media print{form,.f{display:none}body{padding:0}.n{white-space:normal;overflow-wrap:anywhere}.r{break-inside:avoid;content-visibility:visible}}
`

/** A rectangle along the time axis, in steps of the axis. */
interface Section {
  readonly from: number
  readonly length: number
  readonly isPath: boolean
}

/**
 * The bar of a node, or of the members of a fold: the covered time, then the part of it on the critical path. Divided in
 * `steps`; none is shorter than `least`. It leaves out time outside of the window.
 */
export function barSections(
  tree: TraceTree,
  nodes: readonly number[],
  path: CriticalPath,
  window: TimeWindow,
  { steps, least }: { readonly steps: number; readonly least: number },
): Section[] {
  const place = ([start, end]: Interval, isPath: boolean): Section[] => {
    if (end < window.startNanos || start > window.endNanos) return []
    const clamp = (at: number) => Math.min(steps, Math.max(0, stepAt(window, at, steps)))
    const from = Math.min(clamp(start), steps - least)
    const length = Math.max(least, clamp(end) - from)
    return [{ from, length, isPath }]
  }
  const covered = nodes.flatMap((node) => place([tree.startOf(node), tree.endOf(node)], false))
  const onPath = nodes.flatMap((node) => path.sectionsOf(node).flatMap((section) => place(section, true)))
  // Most spans are wholly on the path or off it: one rectangle is enough.
  const [all] = covered
  const isHidden = onPath.length === 1 && onPath[0]?.from === all?.from && onPath[0]?.length === all?.length
  return isHidden && covered.length === 1 ? onPath : [...covered, ...onPath]
}

/** In place of a bar: how far outside of the window a span began or ended. */
export function outsideText(tree: TraceTree, node: number, window: TimeWindow): string {
  const late = tree.endOf(node) - window.endNanos
  if (late > 0) return `▶ +${formatDuration(late)}`
  return `◀ -${formatDuration(window.startNanos - tree.startOf(node))}`
}
