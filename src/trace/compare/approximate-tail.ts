import { chanceOfExactly } from '../causes/exact-test.ts'
import { sumOf, type Tie } from './ties.ts'

/**
 * How likely the scores of `few` of `all` traces are so high by chance. How many of the traces without an operation, or of others
 * whose times are equal, are among them is counted exactly (the hypergeometric distribution): a normal one makes too little
 * of the chance that of few traces many have what is rare. For the other ranks of each count it is the normal one.
 */
export function approximateTail(ties: readonly Tie[], few: number, all: number): number {
  const bySize = ties.toSorted((a, b) => b.size - a.size)
  const { size, score } = bySize[0]!
  if (size === 1) return roughTail(ties, few)
  const tailOf = normalTails(bySize.slice(1))
  const sum = sumOf(ties)
  let tail = 0
  for (let taken = Math.max(0, few + size - all); taken <= Math.min(few, size); taken++) {
    const chance = chanceOfExactly({ hits: taken, selection: few, carriers: size, all })
    tail += chance * tailOf(few - taken, sum - taken * score)
  }
  return tail
}

/** A quick look: all by the normal distribution. Too little where much is equal, and too much at its ends. */
export const roughTail = (ties: readonly Tie[], few: number): number => normalTails(ties)(few, sumOf(ties))

/**
 * How likely the scores of `few` traces, any of these, sum up to `sum` and more, by the normal distribution of the same mean and
 * variance, with half a rank for the steps between sums.
 */
function normalTails(ties: readonly Tie[]): (few: number, sum: number) => number {
  const all = ties.reduce((count, { size }) => count + size, 0)
  // Of none, and of one, there is one sum alone.
  const mean = ties.reduce((total, { size, score }) => total + size * score, 0) / Math.max(1, all)
  const squares = ties.reduce((total, { size, score }) => total + size * (score - mean) ** 2, 0)
  const unit = squares / (Math.max(1, all) * Math.max(1, all - 1))
  return (few, sum) => upperTail((sum - few * mean - 1) / Math.sqrt(few * (all - few) * unit))
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
