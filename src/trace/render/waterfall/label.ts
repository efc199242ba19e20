import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd, fitMiddle, safeName } from '../../../text/fit.ts'
import { rowFacts } from '../../gen-ai.ts'
import type { InternedTexts, TraceTree } from '../../tree/trace-tree.ts'
import { foldFigures, formatDuration, nodeDuration } from '../format-duration.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Rows } from './rows.ts'

/** Columns between a name and what stands right of it. */
const GAP = 2
const NOTHING: Measured = { text: '', columns: 0 }

/** The left part of rows: error mark, name, and on the right the figures of a fold and the service where it changes. */
export class Labels {
  readonly #tree: TraceTree
  readonly #rows: Rows
  readonly #glyphs: Glyphs
  readonly #names: SafeTexts
  readonly #services: SafeTexts
  /** Memoized by node: each is needed for the layout and for its row. */
  readonly #durations: string[]
  readonly #facts: string[]

  constructor(tree: TraceTree, rows: Rows, glyphs: Glyphs) {
    this.#tree = tree
    this.#rows = rows
    this.#glyphs = glyphs
    this.#names = new SafeTexts(tree.names, glyphs.ellipsis)
    this.#services = new SafeTexts(tree.services, glyphs.ellipsis)
    this.#durations = new Array(tree.count)
    this.#facts = new Array(tree.count)
  }

  /** The palette index of a node's service: services differ in colour as long as the palette lasts. */
  colour(node: number): number {
    return this.#tree.services.indexOf(node)
  }

  duration(node: number): string {
    this.#durations[node] ??= this.#durationOf(node)
    return this.#durations[node]
  }

  #durationOf(node: number): string {
    const fold = this.#rows.fold(node)
    if (!fold) return nodeDuration(this.#tree, node, this.#glyphs.micro)
    const { duration, percentiles } = foldFigures(fold, this.#tree, this.#glyphs.micro)
    return percentiles.length === 0 ? duration : this.#glyphs.sum + duration
  }

  /** Self time: how long none of its children ran. Empty where that is unknown. */
  self(node: number): string {
    const nanos = this.#tree.selfNanos(node)
    if (nanos === undefined) return ''
    const text = formatDuration(nanos, this.#glyphs.micro)
    return text.length > SELF_COLUMNS ? this.#glyphs.ellipsis : text
  }

  /** Of a fold: `p50 1.20ms  p99 9.00ms  4 of unknown duration`. Of a model or a tool: `gpt-5, 1,204 tokens in, 340 out, 2 logs`. Else empty. */
  statistics(node: number): string {
    const fold = this.#rows.fold(node)
    if (!fold) return this.#factsOf(node)
    const { micro, sum } = this.#glyphs
    const { duration, percentiles, unknown } = foldFigures(fold, this.#tree, micro)
    if (percentiles.length === 0) return ''
    return [...percentiles, ...(sum === '' ? [`sum ${duration}`] : []), ...unknown].join('  ')
  }

  #factsOf(node: number): string {
    this.#facts[node] ??= rowFacts(this.#tree.trace, this.#tree.span(node))
    return this.#facts[node]
  }

  /** Columns the label would like, guides included. */
  naturalWidth(node: number, guideColumns: number): number {
    const statistics = this.statistics(node).length
    const service = this.#service(node).columns
    return (
      guideColumns +
      this.#mark(node).length +
      this.#name(node).columns +
      (statistics > 0 ? GAP + statistics : 0) +
      (service > 0 ? GAP + service : 0)
    )
  }

  /** Whether the statistics of a fold find room beside its name; else they take a line of their own. */
  statisticsFit(node: number, guideColumns: number, width: number): boolean {
    return this.naturalWidth(node, guideColumns) <= width
  }

  /** The label in exactly `width` columns. The name is truncated last. */
  draw(node: number, guides: string, width: number, style: Style): string {
    const mark = this.#mark(node)
    const room = Math.max(1, width - guides.length - mark.length)
    const statistics = this.statistics(node)
    const beside = statistics !== '' && this.statisticsFit(node, guides.length, width) ? statistics : ''
    const right = this.#right(node, beside, room)
    const nameRoom = right.columns === 0 ? room : room - GAP - right.columns
    const name = style.dim(guides) + style.red(mark) + this.#styledName(node, nameRoom, style)
    return right.columns === 0
      ? name
      : name + blanks(GAP) + this.#styledRight(node, right.text, beside, style)
  }

  #mark(node: number): string {
    return this.#tree.hasFailed(node) ? `${this.#glyphs.error} ` : ''
  }

  #name(node: number): Measured {
    const name = this.#names.of(node)
    const fold = this.#rows.fold(node)
    return fold ? measure(`${fold.members.length}${this.#glyphs.times} ${name.text}`) : name
  }

  /** Where it differs from the parent's: most spans call within their own service. */
  #service(node: number): Measured {
    const parent = this.#tree.parent(node)
    if (parent >= 0 && this.#tree.services.indexOf(parent) === this.#tree.services.indexOf(node))
      return NOTHING
    const { services } = this.#tree
    return services.texts[services.indexOf(node)] === '' ? NOTHING : this.#services.of(node)
  }

  #right(node: number, beside: string, room: number): Measured {
    const service = this.#service(node)
    if (beside === '' && service.columns === 0) return NOTHING
    const text =
      beside === '' || service.text === '' ? beside + service.text : beside + blanks(GAP) + service.text
    const columns = text.length - service.text.length + service.columns
    const most = rightRoom(this.#name(node).columns, columns, room)
    return columns <= most ? { text, columns } : measure(fitEnd(text, most, this.#glyphs.ellipsis))
  }

  #styledName(node: number, room: number, style: Style): string {
    const failed = this.#tree.hasFailed(node)
    const fitted = this.#fitted(node, room)
    const padded = fitted.text + blanks(room - fitted.columns)
    const painted = failed ? style.red(padded) : padded
    return this.#tree.depth(node) === 0 ? style.bold(painted) : painted
  }

  #fitted(node: number, room: number): Measured {
    if (!this.#rows.fold(node)) return this.#names.fitted(node, room)
    const name = this.#name(node)
    return name.columns <= room ? name : measure(fitMiddle(name.text, room, this.#glyphs.ellipsis))
  }

  #styledRight(node: number, right: string, beside: string, style: Style): string {
    if (beside === '') return style.palette(this.colour(node), right)
    const service = right.slice(beside.length)
    return style.dim(beside) + (service === '' ? '' : style.palette(this.colour(node), service))
  }
}

/** The room beside the name, but never less than a third for a service; in a narrow label all of it or none. */
function rightRoom(nameColumns: number, rightColumns: number, room: number): number {
  if (nameColumns + GAP + rightColumns <= room) return rightColumns
  if (room < 24) return 0
  return Math.min(rightColumns, Math.max(room - GAP - nameColumns, Math.floor(room / 3)))
}

/** The columns of a waterfall: `label duration self bar`, one or two blanks between, together never wider than asked. */
export interface Layout {
  readonly width: number
  readonly label: number
  readonly duration: number
  /** 0: no column for the self time. */
  readonly self: number
  readonly bar: number
  readonly gap: number
}

/** From this width on the self time has a column. */
const SELF_FROM = 120
/** As wide as durations get in practice. */
const SELF_COLUMNS = 7

/** Maximum width of bars: more cells add no precision the eye could use. */
const WIDEST_BAR = 120

/** The widths labels want, as a histogram (capped at the line's width), which gives quantiles without a sort. */
export class WantedWidths {
  readonly #counts: Uint32Array
  #total = 0

  constructor(width: number) {
    this.#counts = new Uint32Array(width + 1)
  }

  add(columns: number): void {
    const at = Math.min(columns, this.#counts.length - 1)
    this.#counts[at]! += 1
    this.#total++
  }

  /** The width that is enough for this share of the labels; 0 when there are none. */
  enoughFor(share: number): number {
    let left = Math.ceil(this.#total * share)
    if (left === 0) return 0
    return this.#counts.findIndex((count) => {
      left -= count
      return left <= 0
    })
  }
}

/** The columns without bars: what the widest row wants, as far as there is room. */
export function planWithoutBars(width: number, wanted: WantedWidths, duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const self = width >= SELF_FROM ? SELF_COLUMNS : 0
  const room = width - duration - gap - (self > 0 ? self + gap : 0)
  const label = Math.max(1, Math.min(room, Math.max(20, wanted.enoughFor(1))))
  return { width, label, duration, self, bar: 0, gap }
}

export function barColumn({ label, duration, self, gap }: Layout): number {
  return label + duration + 2 * gap + (self > 0 ? self + gap : 0)
}

/**
 * The label gets the width of the widest row up to half of the line. Beyond that it gets the width of nine tenths of the rows
 * (one SQL statement must not squeeze all bars). The bar gets the rest, and never less than 30 % of the line (a quarter below
 * 80 columns).
 */
export function planLayout(width: number, wanted: WantedWidths, duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const self = width >= SELF_FROM ? SELF_COLUMNS : 0
  const room = width - duration - 2 * gap - (self > 0 ? self + gap : 0)
  const leastBar = Math.max(width >= 40 ? 8 : 6, Math.floor(width * (width >= 80 ? 0.3 : 0.25)))
  const most = Math.max(20, wanted.enoughFor(0.9), Math.min(wanted.enoughFor(1), Math.floor(width / 2)))
  const label = Math.max(Math.min(room - leastBar, most), 1)
  const bar = Math.min(room - label, WIDEST_BAR)
  return { width, label, duration, self, bar, gap }
}

/** A text safe for a terminal, and the columns it takes. */
export interface Measured {
  readonly text: string
  readonly columns: number
}

/** Measures a text that is safe already. */
export function measure(text: string): Measured {
  return { text, columns: displayWidth(text) }
}

/** The texts of a trace, sanitized and measured: each once (memoized by its index), and not before a row shows it. */
export class SafeTexts {
  readonly #words: InternedTexts
  readonly #ellipsis: string
  readonly #measured: (Measured | undefined)[]

  constructor(words: InternedTexts, ellipsis: string) {
    this.#words = words
    this.#ellipsis = ellipsis
    this.#measured = new Array(words.texts.length)
  }

  /** The text of a node; for an empty one `(no name)`. */
  of(node: number): Measured {
    const number = this.#words.indexOf(node)
    const known = this.#measured[number]
    if (known) return known
    const text = this.#words.texts[number]!
    const measured = measure(safeName(text === '' ? '(no name)' : text, this.#ellipsis))
    this.#measured[number] = measured
    return measured
  }

  /** The text of a node, truncated in the middle to at most `room` columns. */
  fitted(node: number, room: number): Measured {
    const whole = this.of(node)
    if (whole.columns <= room) return whole
    return measure(fitMiddle(whole.text, room, this.#ellipsis))
  }
}
