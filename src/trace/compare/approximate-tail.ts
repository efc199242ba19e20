import { chanceOf, chanceOfExactly } from '../causes/exact-test.ts'
import { sumOf, type Tie } from './ties.ts'

/** How many counts of equal times are looked at one by one: so many take a few milliseconds. */
const MOST_COUNTS = 10_000

/**
 * How likely the scores of `few` of all traces are so high by chance. How many of the traces without an operation, or of others
 * whose times are equal, are among them is counted exactly (the hypergeometric distribution), the largest group first and then
 * the next ones as far as {@link MOST_COUNTS} goes: a normal one makes too little of the chance that of few traces many have
 * what is rare. For the ranks that are left it is the normal one. Of a few different times all is counted.
 */
export function approximateTail(ties: readonly Tie[], few: number): number {
  const bySize = ties.toSorted((a, b) => b.size - a.size)
  const groups: Group[] = []
  const tail = (index: number, few: number, sum: number, counts: number): number => {
    groups[index] ??= groupAt(bySize, index)
    const { size, score, all, others, normalTail } = groups[index]
    if (others === 0) return Number(few * score >= sum)
    if (others === 1) return tailOfTwo(few, sum, bySize[index]!, bySize[index + 1]!)
    const [least, most] = [Math.max(0, few + size - all), Math.min(few, size)]
    const branches = most - least + 1
    // One branch: none or all of them are taken, which is no matter of chance.
    if (size === 1 || branches === 1 || branches > counts) return normalTail(few, sum)
    let total = 0
    for (let taken = least; taken <= most; taken++) {
      const chance = chanceOfExactly({ hits: taken, selection: few, carriers: size, all })
      total += chance * tail(index + 1, few - taken, sum - taken * score, counts / branches)
    }
    return total
  }
  return tail(0, few, sumOf(ties), MOST_COUNTS)
}

/** A group of equal times, and what is known of it and of all others that come after it. */
interface Group extends Tie {
  readonly others: number
  readonly all: number
  readonly normalTail: (few: number, sum: number) => number
}

function groupAt(bySize: readonly Tie[], index: number): Group {
  const rest = bySize.slice(index)
  return { ...rest[0]!, others: rest.length - 1, all: countOf(rest), normalTail: normalTails(rest) }
}

/** Of two different times: at least so many must have the one with the higher score. */
function tailOfTwo(few: number, sum: number, one: Tie, other: Tie): number {
  const [high, low] = one.score > other.score ? [one, other] : [other, one]
  const hits = Math.ceil((sum - few * low.score) / (high.score - low.score))
  const [least, most] = [Math.max(0, few - low.size), Math.min(few, high.size)]
  if (hits <= least) return 1
  return hits > most ? 0 : chanceOf({ hits, selection: few, carriers: high.size, all: one.size + other.size })
}

const countOf = (ties: readonly Tie[]): number => ties.reduce((count, { size }) => count + size, 0)

/** A quick look: all by the normal distribution. Too little where much is equal, and too much at its ends. */
export const roughTail = (ties: readonly Tie[], few: number): number => normalTails(ties)(few, sumOf(ties))

/**
 * How likely the scores of `few` traces, any of these, sum up to `sum` and more, by the normal distribution of the same mean and
 * variance, with half a step for those between sums: scores that many traces share lie far apart.
 */
function normalTails(ties: readonly Tie[]): (few: number, sum: number) => number {
  const all = countOf(ties)
  const mean = ties.reduce((total, { size, score }) => total + size * score, 0) / Math.max(1, all)
  const squares = ties.reduce((total, { size, score }) => total + size * (score - mean) ** 2, 0)
  const unit = squares / (Math.max(1, all) * Math.max(1, all - 1))
  const step = ties.reduce((common, { score }) => commonStep(common, score - ties[0]!.score), 0) || 1
  return (few, sum) => {
    const above = sum - few * mean - step / 2
    const spread = Math.sqrt(few * (all - few) * unit)
    // Of none and of all there is one sum alone.
    return spread === 0 ? Number(above <= 0) : upperTail(above / spread)
  }
}

/** The greatest common divisor (Euclid): all sums are a multiple of it apart. */
function commonStep(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : commonStep(b, a % b)
}

/** Of the standard normal distribution: near the middle a power series, else Laplace's continued fraction. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z > 2) {
    let below = z
    for (let k = 60; k > 0; k--) below = z + k / below
    return density / below
  }
  let [term, sum] = [z, z]
  for (let k = 3; term > 1e-17; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 0.5 - density * sum
}
