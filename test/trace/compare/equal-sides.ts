import { type Medians, mediansOf } from '../../../src/trace/compare/medians.ts'
import { differs, Significance, thresholdFor } from '../../../src/trace/compare/significance.ts'
import { seeded } from '../../world/trace/random.ts'

/** How many traces each side has, and in what share of them each operation is. */
export interface EqualSides {
  readonly tracesA: number
  readonly tracesB: number
  readonly presence: number
}

const OPERATIONS = 60
const RANGE = 1e8

/** In how many worlds in which both sides are the same an operation is called slower or faster all the same. */
export function countNamed(
  worlds: number,
  firstSeed: number,
  { tracesA, tracesB, presence }: EqualSides,
): number {
  let named = 0
  for (let seed = firstSeed; seed < firstSeed + worlds; seed++) {
    const random = seeded(seed * 15_485_863 + tracesA)
    const [a, b] = [tracesA, tracesB].map((traces) => side(traces, presence, random)) as [Medians, Medians]
    const significance = new Significance(a, b)
    const threshold = thresholdFor(tracesA, tracesB, RANGE)
    const isNamed = (path: number) =>
      differs(a.selfs[path] as number, b.selfs[path] as number, threshold) &&
      significance.ofPath('selfs', path) === true
    if (Array.from({ length: OPERATIONS }, (_, path) => path).some(isNamed)) named += 1
  }
  return named
}

function side(traces: number, presence: number, random: ReturnType<typeof seeded>): Medians {
  const sums = Array.from({ length: traces }, () => {
    const paths = Array.from({ length: OPERATIONS }, (_, path) => path).filter(
      () => random.between(1, 1000) <= presence * 1000,
    )
    const times = paths.map(() => random.between(RANGE, 2 * RANGE))
    const calls = paths.map(() => 1)
    return {
      paths,
      calls,
      totals: times,
      selfs: times,
      durationNanos: random.between(1, RANGE),
      spans: paths.length,
    }
  })
  return mediansOf(sums, OPERATIONS)
}

/** The shapes of sides: alike, unequal and very unequal. The larger, the fewer worlds. */
const SHAPES = [
  { tracesA: 21, tracesB: 1000, part: 1 },
  { tracesA: 30, tracesB: 100, part: 4 },
  { tracesA: 100, tracesB: 100, part: 4 },
  { tracesA: 21, tracesB: 10_000, part: 0.1 },
]
const PRESENCES = [0.05, 0.1, 0.2, 0.3, 0.45, 0.5, 0.55, 0.7, 0.9]

/** All of these: how many worlds there were, and in how many something was named. */
export function countEqualSides(worlds: number, firstSeed: number): { worlds: number; named: number } {
  let [all, named] = [0, 0]
  for (const { part, ...shape } of SHAPES)
    for (const presence of PRESENCES) {
      const count = Math.ceil(worlds * part)
      all += count
      named += countNamed(count, firstSeed, { ...shape, presence })
    }
  return { worlds: all, named }
}
