const LINES: string[] = []

/** So many spaces; none for a negative number. `repeat` makes a new string each time, and every row has several. */
export function blanks(columns: number): string {
  if (columns <= 0) return ''
  LINES[columns] ??= ' '.repeat(columns)
  return LINES[columns]
}
