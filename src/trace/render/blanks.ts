const LINES = Array.from({ length: 256 }, (_, columns) => ' '.repeat(columns))

/** So many spaces; none for a negative number. `repeat` makes a new string each time, and every row has several. */
export function blanks(columns: number): string {
  return columns <= 0 ? '' : (LINES[columns] ?? ' '.repeat(columns))
}
