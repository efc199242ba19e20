import type { Terminal } from '../../ports/terminal.ts'
import { displayWidth, graphemes } from '../../text/display-width.ts'

const GAP = 2

/**
 * Rows of sanitized cells as lines of at most `columns`, the heads first. Columns that do not fit are left out, the last
 * one first, down to `least` of them; then the widest cells are cut, those of the first `whole` columns never, on a
 * terminal only: in a pipe lines are longer, so that grep and cut find whole values.
 */
export function fitTable(
  rows: readonly (readonly string[])[],
  { columns, unicode, outIsTTY }: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
  least: number,
  whole = 0,
): readonly string[] {
  const mark = unicode ? '…' : '..'
  const [heads = []] = rows
  const widths = heads.map((_, i) => Math.max(...rows.map((row) => displayWidth(row[i] ?? ''))))
  const total = () => widths.reduce((sum, width) => sum + width + GAP, -GAP)
  while (widths.length > least && total() > columns) widths.pop()
  const widest = () => Math.max(...widths.slice(whole))
  while (outIsTTY && total() > columns && widest() > 8) widths[widths.indexOf(widest(), whole)] = widest() - 1
  return rows.map((row) =>
    widths
      .map((width, i) => pad(row[i] ?? '', width, mark))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

function pad(text: string, width: number, mark: string): string {
  let cut = text
  if (displayWidth(text) > width) {
    const parts = graphemes(text)
    while (displayWidth(parts.join('')) > width - mark.length) parts.pop()
    cut = parts.join('') + mark
  }
  return cut + ' '.repeat(Math.max(0, width - displayWidth(cut)))
}

/** A URL as short as a table wants it. */
export const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '')
