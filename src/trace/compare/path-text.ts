import type { ComparedOperation } from './comparison.ts'

/** Of a deep path the nearest levels are told: 72,000 levels are on record, and each row has a path. */
const MOST_LEVELS = 8

/** The names above a row, from the root down, not sanitized; `isWhole`: none is left out. */
export function namesAbove(
  rows: readonly Pick<ComparedOperation, 'name' | 'parent'>[],
  row: number,
): { readonly names: readonly string[]; readonly isWhole: boolean } {
  const names: string[] = []
  let at = rows[row]!.parent
  for (; at >= 0 && names.length < MOST_LEVELS; at = rows[at]!.parent) names.push(rows[at]!.name)
  return { names: names.reverse(), isWhole: at < 0 }
}

/** The names above a row and its own, `…` in place of those left out: `GET /cart > redis GET`. */
export function pathText(rows: readonly Pick<ComparedOperation, 'name' | 'parent'>[], row: number): string {
  const { names, isWhole } = namesAbove(rows, row)
  return [...(isWhole ? [] : ['…']), ...names, rows[row]!.name].join(' > ')
}
