import type { TraceTree } from '../../tree/trace-tree.ts'
import { cutIdle } from '../time/cuts.ts'
import { type TimeWindow, timeWindow, zoomed } from '../time/window.ts'
import type { WaterfallOptions } from '../waterfall/waterfall.ts'

/** How a page or picture is drawn: as the waterfall, but for what a terminal has alone. Without an age: it is kept. */
export type GraphicOptions = Omit<
  WaterfallOptions,
  'width' | 'unicode' | 'style' | 'now' | 'head' | 'foot' | 'bars' | 'showIds' | 'full'
>

/** The time of the trace, and the part of it that the axis shows, without long idle stretches. */
export function windowOf(tree: TraceTree, { scale, zoom = {} }: GraphicOptions): TimeWindow {
  const part = zoomed(timeWindow(tree, scale), zoom, tree.endNanos)
  return scale === 'fit' || scale === 'log' ? part : cutIdle(part, tree)
}
