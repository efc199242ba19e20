/**
 * The name among `known` that was probably meant: a few letters off, or the one is a part of the other. Undefined when
 * none is near: more than a third of it would change.
 */
export function nearName(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const name of known) {
    const [one, other] = [typed.toLowerCase(), name.toLowerCase()]
    const distance = isPart(one, other) ? partDistance(one, other) : editDistance(one, other)
    if (distance < least && distance <= Math.max(1, Math.floor(name.length / 3))) {
      best = name
      least = distance
    }
  }
  return best
}

/** `Did you mean NAME?` with a blank behind it, or nothing. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const near = nearName(typed, known)
  return near === undefined ? '' : `Did you mean ${near}? `
}

/**
 * Further than the same word in another letter case, nearer than a wrong letter; of several names it prefers fewer differences.
 */
const partDistance = (one: string, other: string): number => 1 - 1 / (1 + Math.abs(one.length - other.length))

const isPart = (one: string, other: string): boolean =>
  one !== other && Math.min(one.length, other.length) > 2 && (one.includes(other) || other.includes(one))

/** Longer texts aren't mistyped names, and the distance takes time with the product of both lengths. */
const LONGEST = 60

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return Number.POSITIVE_INFINITY
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const steps = [at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (isSame ? 0 : 1)]
      next.push(Math.min(...steps, ...(swapped ? [at(before, j - 2) + 1] : [])))
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] as number
