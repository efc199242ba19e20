import type { Glyphs } from './glyphs.ts'
import type { TreeRow } from './rows.ts'

const LEVEL_COLUMNS = 2

/**
 * The tree guides of a row in at most `columns`. Traces 72,000 levels deep exist: of a span deeper than fits, the
 * nearest levels are drawn and the number of the others is said (`⋯68 │ └ `), nothing where not even that fits.
 * Walks up no further than it draws.
 */
export function guidesOf(row: TreeRow, columns: number, glyphs: Glyphs): string {
  const fits = Math.floor(columns / LEVEL_COLUMNS)
  if (row.depth <= fits) return guideLevels(row, row.depth, glyphs)
  const said = (levels: number) => `${glyphs.deeper}${row.depth - levels} `
  let levels = fits
  while (levels > 1 && levels * LEVEL_COLUMNS + said(levels).length > columns) levels--
  if (levels * LEVEL_COLUMNS + said(levels).length > columns) return ''
  return said(levels) + guideLevels(row, levels, glyphs)
}

/** The guides of a second line under a row: what goes on below it. */
export function guidesUnder(row: TreeRow, columns: number, glyphs: Glyphs): string {
  const own = guidesOf(row, columns, glyphs)
  const going = row.last || row.depth === 0 ? ' '.repeat(LEVEL_COLUMNS) : glyphs.rail
  return row.depth === 0 ? going : own.slice(0, -LEVEL_COLUMNS).replace(/^[^ ]*\d+ /, blank) + going
}

function blank(text: string): string {
  return ' '.repeat(text.length)
}

function guideLevels(row: TreeRow, levels: number, glyphs: Glyphs): string {
  if (levels === 0) return ''
  let guides = row.last ? glyphs.lastBranch : glyphs.branch
  let at = row.above
  for (let level = 1; level < levels && at; level++) {
    guides = (at.last ? ' '.repeat(LEVEL_COLUMNS) : glyphs.rail) + guides
    at = at.above
  }
  return guides
}
