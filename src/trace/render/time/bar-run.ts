/** Nanoseconds after the tree's start, `[from, to]`. */
export type Interval = readonly [from: number, to: number]

/** A run of cells with one meaning; the caller styles it. */
export interface BarRun {
  readonly text: string
  readonly tone: 'blank' | 'wait' | 'path' | 'note' | 'failed'
}
