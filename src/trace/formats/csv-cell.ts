import { safeText } from '../../text/safe-text.ts'

/**
 * An untrusted text for a cell, escaped: control characters are written out. A text that a spreadsheet would run as a formula
 * gets an apostrophe in front. That is CSV injection; Excel takes the full-width signs of Japanese keyboards, too. So does text
 * behind a `;`, which separates cells in many countries, quotes or not.
 */
export const csvText = (value: string): string =>
  safeText(value, Number.POSITIVE_INFINITY).replace(/(^|[;；])(?=[=+\-@＝＋－＠])/g, "$1'")

/** One line of CSV (RFC 4180), its end included; cells are quoted where they have to be. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(quotedCell).join(',')}\r\n`
}

function quotedCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** Flat rows as lines of CSV, below a header where they are the first. */
export const csvRows = (rows: readonly object[], isFirst: boolean): string =>
  [...(isFirst ? rows.slice(0, 1).map(Object.keys) : []), ...rows.map(Object.values)]
    .map((cells) =>
      csvLine(cells.map((cell) => (typeof cell === 'string' ? csvText(cell) : String(cell ?? '')))),
    )
    .join('')
