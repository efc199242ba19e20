/** A quote or a bracket. */
export interface Sign {
  readonly char: string
  readonly at: number
  /** How many backslashes stand before it. */
  readonly slashes: number
}

const SIGNS = /["'[\](){}]/g

/** The next quote or bracket from here on. */
export function nextSign(text: string, from: number): Sign | undefined {
  SIGNS.lastIndex = from
  const found = SIGNS.exec(text)
  if (!found) return undefined
  let first = found.index
  while (first > from && text[first - 1] === '\\') first--
  return { char: found[0], at: found.index, slashes: found.index - first }
}
