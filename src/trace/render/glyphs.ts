import type { Style } from '../../ports/terminal.ts'
import type { SpanLink } from '../model.ts'

/** Every mark the waterfall draws, in Unicode or in its ASCII fallback. */
export interface Glyphs {
  readonly ellipsis: string
  readonly error: string
  readonly times: string
  readonly sum: string
  readonly micro: string
  /** Between the facts of a header. */
  readonly separator: string
  readonly rule: string
  /** Tree guides, each as wide as one level: two columns. */
  readonly branch: string
  readonly lastBranch: string
  /** An only child on the level of its parent. */
  readonly onlyBranch: string
  readonly rail: string
  readonly deeper: string
  /** A bar on the critical path: a whole cell, cells filled from the left by eighths 1 to 8, and from the right. */
  readonly path: string
  readonly pathFromLeft: readonly string[]
  readonly pathFromRight: readonly string[]
  /** A bar off the critical path: a whole cell, its left half, its right half, and where one cell is the whole bar. */
  readonly wait: string
  readonly waitLeftHalf: string
  readonly waitRightHalf: string
  readonly waitAlone?: string
  /** The bar continues after the axis, or began before it. */
  readonly after: string
  readonly before: string
  readonly tick: string
}

const UNICODE: Glyphs = {
  ellipsis: '…',
  error: '✗',
  times: '×',
  sum: 'Σ',
  micro: 'µs',
  separator: ' · ',
  rule: '─',
  branch: '├ ',
  lastBranch: '└ ',
  onlyBranch: '↳ ',
  rail: '│ ',
  deeper: '⋯',
  path: '█',
  pathFromLeft: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  // Fonts have only these two filled from the right; the nearest is used.
  pathFromRight: ['▕', '▕', '▐', '▐', '▐', '▐', '█', '█'],
  wait: '━',
  waitLeftHalf: '╸',
  waitRightHalf: '╺',
  after: '┄▶',
  before: '◀┄',
  tick: '│',
}

const ASCII: Glyphs = {
  ellipsis: '..',
  error: 'x',
  times: 'x',
  sum: '',
  micro: 'us',
  separator: ' - ',
  rule: '-',
  branch: '|-',
  lastBranch: '`-',
  onlyBranch: '> ',
  rail: '| ',
  deeper: '..',
  path: '#',
  pathFromLeft: Array(8).fill('#'),
  pathFromRight: Array(8).fill('#'),
  wait: '=',
  waitLeftHalf: '=',
  waitRightHalf: '=',
  waitAlone: '|',
  after: '..>',
  before: '<..',
  tick: '|',
}

/** Marks as words, for screen readers and grep. */
export const WORDS: Glyphs = {
  ...ASCII,
  ellipsis: '...',
  error: 'ERROR',
  times: ' times',
  separator: ', ',
  // A line of dashes would be read out dash by dash.
  rule: '',
}

/** The marks for a terminal that can, or cannot, show Unicode. */
export function glyphsFor(unicode: boolean): Glyphs {
  return unicode ? UNICODE : ASCII
}

/** How the summary is written: columns, marks and styling. */
export interface Pen {
  readonly width: number
  readonly glyphs: Glyphs
  readonly style: Style
  /** True (`--full`): long lists, texts and stacks are not cut. */
  readonly full?: boolean
  /** The way to the rest of a list, where that isn't a flag; without it `--full`. */
  readonly more?: string
  /** The command that shows a linked span, or the call of an agent. */
  readonly open?: ((link: Pick<SpanLink, 'traceId' | 'spanId'>) => string | undefined) | undefined
}
