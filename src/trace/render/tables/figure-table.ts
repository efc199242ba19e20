import type { Style } from '../../../ports/terminal.ts'
import { widest } from '../../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../../text/fit.ts'
import { glyphsFor } from '../glyphs.ts'

/** How a table is drawn; no line is wider than `width`. */
export interface TableOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  /** False: an agent reads the figures. */
  readonly hasBars?: boolean
  /** Gets the heads of the columns that found no room. */
  readonly leftOut?: string[]
}

export interface TextColumn<Row> {
  readonly head: string
  text(row: Row): string
}

/** A figure, or a few words of ours. */
export interface FigureColumn<Row> {
  readonly head: string
  figure(row: Row): string
}

export interface Columns<Row> {
  readonly texts: readonly TextColumn<Row>[]
  /** In the order they are shown. */
  readonly figures: readonly FigureColumn<Row>[]
  /** Heads of figures, the most needed first. */
  readonly byNeed: readonly string[]
  /** A bar after the figures, from 0 to 1. */
  bar?(row: Row): number
  /** Rows to be seen at once. */
  isRed?(row: Row): boolean
}

const GAP = 2
/** Columns that figures leave to the texts. */
const LEAST_TEXTS = 26
const LEAST_BAR = 8
const MOST_BAR = 20

export function drawTable<Row>(
  rows: readonly Row[],
  columns: Columns<Row>,
  { width, unicode, style, hasBars = true, leftOut }: TableOptions,
): string[] {
  const { ellipsis, path } = glyphsFor(unicode)
  const texts = columns.texts.map(({ text }) => rows.map((row) => safeName(text(row), ellipsis)))
  const natural = texts.map((cells, i) => widest([columns.texts[i]!.head, ...cells]))
  const wanted = natural.reduce((sum, columns) => sum + columns + GAP, -GAP)
  const figures = keptFigures(rows, columns, width - Math.min(LEAST_TEXTS, wanted))
  const isKept = (head: string) => figures.some((one) => one.head === head)
  leftOut?.push(...columns.figures.map(({ head }) => head).filter((head) => !isKept(head)))
  const taken = figures.reduce((sum, { columns }) => sum + columns + GAP, 0)
  const room = width - taken - GAP * (natural.length - 1)
  const widths = shareOut(natural, room)
  const left = room - widths.reduce((sum, columns) => sum + columns, 0) - GAP
  const bar = hasBars && columns.bar !== undefined && left >= LEAST_BAR ? Math.min(MOST_BAR, left) : 0
  const line = (names: readonly string[], cells: readonly string[]): string => {
    const parts = names.map((name, i) => padEnd(fitMiddle(name, widths[i]!, ellipsis), widths[i]!))
    return [...parts, ...cells.map((cell, i) => padStart(cell, figures[i]!.columns))].join(' '.repeat(GAP))
  }
  const head = line(
    columns.texts.map((one) => one.head),
    figures.map((one) => one.head),
  )
  return [
    style.dim(fitEnd(head.trimEnd(), width, ellipsis)),
    ...rows.map((row, i) => {
      const text = line(
        texts.map((cells) => cells[i]!),
        figures.map(({ cells }) => cells[i]!),
      )
      const filled = bar === 0 ? 0 : Math.round(Math.min(1, columns.bar?.(row) ?? 0) * bar)
      const cut = fitEnd(text.trimEnd(), width, ellipsis)
      const shown = columns.isRed?.(row) === true ? style.red(cut) : cut
      return filled === 0 ? shown : `${shown}${' '.repeat(GAP)}${path.repeat(filled)}`
    }),
  ]
}

interface KeptFigures {
  readonly head: string
  readonly cells: readonly string[]
  readonly columns: number
}

function keptFigures<Row>(rows: readonly Row[], columns: Columns<Row>, room: number): KeptFigures[] {
  const all = columns.figures.map(({ head, figure }) => {
    const cells = rows.map(figure)
    return { head, cells, columns: widest([head, ...cells]) }
  })
  let left = room
  const kept = new Set<string>()
  for (const head of columns.byNeed) {
    left -= GAP + (all.find((one) => one.head === head)?.columns ?? 0)
    if (left < 0) break
    kept.add(head)
  }
  return all.filter(({ head }) => kept.has(head))
}

/** The room for texts: short ones whole, the others as much as each other. */
function shareOut(natural: readonly number[], room: number): number[] {
  const widths = natural.map(() => 0)
  let left = Math.max(0, room)
  const byWidth = natural.map((_, i) => i).sort((a, b) => natural[a]! - natural[b]!)
  for (const [done, i] of byWidth.entries()) {
    widths[i] = Math.min(natural[i]!, Math.floor(left / (natural.length - done)))
    left -= widths[i]!
  }
  return widths
}
