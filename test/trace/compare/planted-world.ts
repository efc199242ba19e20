import type { Trace } from '../../../src/trace/model.ts'
import { seeded } from '../../world/trace/random.ts'
import { pathOf, pick, plan, slowed } from './planted-request.ts'
import { run } from './planted-run.ts'

/** Two traces of one request, and the path (names from the root down) of each step. */
export interface PlantedWorld {
  readonly a: Trace
  readonly b: Trace
  readonly slowPath: string | undefined
  readonly addedPath: string | undefined
  readonly removedPath: string | undefined
}

/**
 * A request of random shape in a world of random services, run twice: `slower` makes one operation slower in B,
 * `changed` leaves one out of each side. The same for the same seed.
 */
export function plantedWorld(
  seed: number,
  { slower, changed }: { slower: boolean; changed: boolean },
): PlantedWorld {
  const random = seeded(seed * 7919 + 17)
  const { steps, root } = plan(random, 40)
  const leaves = random.shuffle(steps.filter(({ children, number }) => children.length === 0 && number > 0))
  const [added, removed] = changed ? [leaves[0]?.number, leaves[1]?.number] : []
  const eligible = steps.filter(({ number }) => number !== added && number !== removed)
  const slow = slower ? slowed(steps, pick(eligible, random), random) : undefined
  const path = (number: number | undefined) => (number === undefined ? undefined : pathOf(root, number))
  return {
    a: run(root, random, { ...(added !== undefined && { removed: added }) }),
    b: run(root, random, { ...(slow && { slow }), ...(removed !== undefined && { removed }) }),
    slowPath: path(slow?.step),
    addedPath: path(added),
    removedPath: path(removed),
  }
}

/** Some traces of one request on each side, and what is slower in B. */
export interface PlantedSides {
  readonly a: readonly Trace[]
  readonly b: readonly Trace[]
  readonly slowPath: string | undefined
}

/** On each side. Up to here every sum of ranks can be counted. */
const MOST_TRACES = 22

/**
 * The same with several traces on each side, from so few or so different that they show nothing to so many and so alike that
 * nobody could doubt. Some operations are in every second trace only.
 */
export function plantedSides(seed: number, { slower }: { slower: boolean }): PlantedSides {
  const random = seeded(seed * 104_729 + 31)
  const { steps, root } = plan(random, 16)
  const leaves = steps.filter(({ children, number }) => children.length === 0 && number > 0)
  const rare = new Set(leaves.filter(() => random.between(1, 5) === 1).map(({ number }) => number))
  const usual = steps.filter(({ number }) => !rare.has(number))
  const slow = slower ? slowed(steps, pick(usual, random), random) : undefined
  const noise = random.between(5, 90) / 100
  const side = (more: { readonly slow?: typeof slow }) =>
    Array.from({ length: random.between(2, MOST_TRACES) }, () => run(root, random, { rare, noise, ...more }))
  return { a: side({}), b: side({ slow }), slowPath: slow && pathOf(root, slow.step) }
}
