import { safeText } from '../../text/safe-text.ts'

/**
 * An untrusted text for a cell, escaped: control characters are written out, and a text that a spreadsheet would run as
 * a formula gets an apostrophe in front (CSV injection; Excel takes the full-width signs of Japanese keyboards, too). So does
 * what stands behind a `;`, which separates cells in many countries, quotes or not.
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
