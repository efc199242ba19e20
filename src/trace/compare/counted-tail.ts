import { sumOf, type Tie } from './ties.ts'

/** Scores of so high a sum at most are told apart, which keeps a count to milliseconds. Of few traces against many they are rounded to it. */
const MOST_SUM = 1700

/**
 * The exact permutation test: of all choices of `few` among the `all` traces, each equally likely, the share whose scores sum
 * up to at least what was seen. Choices are counted by how far they fall short of the highest sum, because few do by little.
 */
export function countedTail(exactTies: readonly Tie[], few: number, all: number): number {
  const ties = roundedScores(exactTies, Math.min(1, MOST_SUM / (few * (2 * all + 1))))
  const highest = highestSums(ties)
  const most = highest[few]! - sumOf(ties)
  const ways = Array.from({ length: few + 1 }, () => new Float64Array(most + 1))
  ways[0]![0] = 1
  for (const { size, score } of ties.toReversed())
    for (let taken = few; taken > 0; taken--) {
      let choices = 1
      for (let of = 1; of <= Math.min(size, taken); of++) {
        choices *= (size - of + 1) / of
        // The highest of this place less what is taken; the more are taken, the more is missing.
        const short = highest[taken]! - highest[taken - of]! - of * score
        // Below zero: so many have not been met yet.
        if (short >= 0) addMoved(ways[taken]!, ways[taken - of]!, short, choices)
      }
    }
  let total = 1
  for (let i = 1; i <= few; i++) total *= (all - few + i) / i
  return ways[few]!.reduce((sum, count) => sum + count, 0) / total
}

function addMoved(to: Float64Array, from: Float64Array, by: number, times: number): void {
  for (let at = by; at < to.length; at++) to[at]! += times * from[at - by]!
}

/** Of none, of the highest score, of the two highest, and so on. */
function highestSums(ties: readonly Tie[]): number[] {
  const sums = [0]
  for (const { size, score } of ties.toReversed())
    for (const one of Array<number>(size).fill(score)) sums.push(sums[sums.length - 1]! + one)
  return sums
}

/** Those whose scores are the same when rounded are taken for equal: still exact, and a little less sharp. */
function roundedScores(ties: readonly Tie[], scale: number): Tie[] {
  const rounded = new Map<number, Tie>()
  for (const { size, few, score: exact } of ties) {
    const score = Math.floor(exact * scale)
    const known = rounded.get(score) ?? { size: 0, few: 0 }
    rounded.set(score, { size: known.size + size, few: known.few + few, score })
  }
  return [...rounded.values()]
}
