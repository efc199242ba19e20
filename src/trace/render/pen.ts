import type { Style } from '../../ports/terminal.ts'
import type { Glyphs } from './glyphs.ts'

/** How the summary is written: columns, marks and styling. */
export interface Pen {
  readonly width: number
  readonly glyphs: Glyphs
  readonly style: Style
  /** True (`--full`): long lists, texts and stacks are not cut. */
  readonly full?: boolean
  /** What to ask for to see what a list leaves out, where that is no flag; without it `--full`. */
  readonly more?: string
}
