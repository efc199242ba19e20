import { type ComparedOperation, Comparer, type Comparison } from '../../../src/trace/compare/comparison.ts'
import { causes, rankedRows, topsOf } from '../../../src/trace/compare/verdict.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { plantedWorld } from './planted-world.ts'

/** In how many worlds the comparison said what had been planted. */
export interface Count {
  readonly worlds: number
  /** The slowed operation has the largest difference of self time. */
  readonly first: number
  /** Nothing was planted, and no difference counts. */
  readonly same: number
  /** What only one side has is named, and nothing else. */
  readonly newAndGone: number
}

export function compareTraces(a: readonly Trace[], b: readonly Trace[]): Comparison {
  const comparer = new Comparer()
  for (const trace of a) comparer.add('a', buildTree(trace))
  for (const trace of b) comparer.add('b', buildTree(trace))
  return comparer.compare()
}

/** Three worlds a seed: one operation slower, noise alone, one operation new and one gone. */
export function countWorlds(worlds: number, firstSeed: number): Count {
  let [first, same, newAndGone] = [0, 0, 0]
  for (let seed = firstSeed; seed < firstSeed + worlds; seed++) {
    if (isFirst(seed)) first += 1
    if (isSame(seed)) same += 1
    if (isNewAndGone(seed)) newAndGone += 1
  }
  return { worlds, first, same, newAndGone }
}

function isFirst(seed: number): boolean {
  const { a, b, slowPath } = plantedWorld(seed, { slower: true, changed: false })
  const comparison = compareTraces([a], [b])
  return pathOf(comparison.rows, rankedRows(comparison)[0] as number) === slowPath
}

function isSame(seed: number): boolean {
  const { a, b } = plantedWorld(seed, { slower: false, changed: false })
  const comparison = compareTraces([a], [b])
  return (
    comparison.change === 'same' &&
    comparison.rows.every(({ change }) => change === 'same') &&
    causes(comparison).length === 0
  )
}

function isNewAndGone(seed: number): boolean {
  const { a, b, addedPath, removedPath } = plantedWorld(seed, { slower: true, changed: true })
  const comparison = compareTraces([a], [b])
  const paths = (change: 'new' | 'gone') =>
    topsOf(comparison, change)
      .map((row) => pathOf(comparison.rows, row))
      .join()
  return paths('new') === (addedPath ?? '') && paths('gone') === (removedPath ?? '')
}

/** The names from the root down. */
export function pathOf(rows: readonly ComparedOperation[], row: number): string {
  const { service, name, kind, parent } = rows[row] as ComparedOperation
  return `${parent < 0 ? '' : pathOf(rows, parent)}/${service}:${name}:${kind}`
}
