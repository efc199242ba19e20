import type { Comparison } from '../../../src/trace/compare/comparison.ts'
import { causes, unsureRows } from '../../../src/trace/compare/verdict.ts'
import { compareTraces, pathOf } from './planted-judge.ts'
import { truthOf } from './planted-truth.ts'
import { type PlantedSides, plantedSides } from './planted-world.ts'

/** What became of worlds with several traces on each side. */
export interface SidesCount {
  /** Worlds in which the traces prove that the planted operation is slower, and in how many it was named first. */
  readonly provable: number
  readonly first: number
  /** Worlds in which they do not, and in how many it was called unsure, or too small a difference where it is one. */
  readonly unprovable: number
  readonly tooFew: number
  /** Worlds in which nothing is slower, and in how many nothing was called slower or faster. */
  readonly without: number
  readonly quiet: number
}

/** Two worlds a seed: one operation slower, and noise alone. */
export function countSides(worlds: number, firstSeed: number): SidesCount {
  let [provable, first, unprovable, tooFew, quiet] = [0, 0, 0, 0, 0]
  for (let seed = firstSeed; seed < firstSeed + worlds; seed++) {
    const world = plantedSides(seed, { slower: true })
    const comparison = compareTraces(world.a, world.b)
    const [top] = causes(comparison)
    const isFirst = top !== undefined && pathOf(comparison.rows, top) === world.slowPath
    const { isProven, counts } = truthOf(world)
    if (isProven) {
      provable += 1
      if (isFirst) first += 1
    } else {
      unprovable += 1
      if (isCalledTooFew(comparison, world, counts)) tooFew += 1
    }
    const { a, b } = plantedSides(seed, { slower: false })
    if (isQuiet(compareTraces(a, b))) quiet += 1
  }
  return { provable, first, unprovable, tooFew, without: worlds, quiet }
}

function isCalledTooFew(comparison: Comparison, { slowPath }: PlantedSides, counts: boolean): boolean {
  if (causes(comparison).length > 0) return false
  return unsureRows(comparison).some((row) => pathOf(comparison.rows, row) === slowPath) === counts
}

/** Nothing is said to be slower or faster, of the whole or of an operation. What only one side has is no judgement. */
function isQuiet({ change, rows }: Comparison): boolean {
  const said = [change, ...rows.flatMap((row) => [row.change, row.selfChange])]
  return !said.includes('slower') && !said.includes('faster')
}
