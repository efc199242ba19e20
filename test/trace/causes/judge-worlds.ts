import { withoutRepeated } from '../../../src/trace/causes/no-cause.ts'
import { Population } from '../../../src/trace/causes/population.ts'
import { type Ranking, rankCauses } from '../../../src/trace/causes/rank-causes.ts'
import type { SelectedSpans } from '../../../src/trace/causes/selected-spans.ts'
import type { TraceFilter } from '../../../src/trace/search.ts'
import { type PlantedWorld, plantWorld } from './planted-worlds.ts'

/** All spans. */
export const EVERYTHING: TraceFilter = {
  attributes: [],
  errors: false,
  fromMillis: 0,
  toMillis: 8.64e15,
  limit: 10_000,
}

/** What became of many worlds. */
export interface Judgement {
  /** Worlds with a cause that the numbers in them can prove, and in how many it was ranked first. */
  provable: number
  first: number
  /** Worlds whose cause the numbers in them cannot prove, and in how many something else was named. */
  unprovable: number
  misled: number
  /** Worlds without a cause, and in how many one was named. */
  without: number
  falselyNamed: number
}

/** Looks for the causes of as many worlds with one and without. */
export function judgeWorlds(count: number): Judgement {
  const sum: Judgement = { provable: 0, first: 0, unprovable: 0, misled: 0, without: 0, falselyNamed: 0 }
  for (let seed = 1; seed <= count; seed++) {
    const world = plantWorld(seed, true)
    const { verdict, causes } = rank(world)
    const [top] = causes
    const isFound = top?.attribute === world.cause?.attribute && top?.value === world.cause?.value
    if (isProvable(world)) {
      sum.provable += 1
      if (verdict === 'causes' && isFound) sum.first += 1
    } else {
      sum.unprovable += 1
      if (verdict === 'causes' && !isFound) sum.misled += 1
    }
    sum.without += 1
    if (rank(plantWorld(seed, false)).verdict === 'causes') sum.falselyNamed += 1
  }
  return sum
}

function rank({ traces, by, slowNanos }: PlantedWorld): Ranking {
  const selected: SelectedSpans = by === 'errors' ? { by } : { by, over: { nanos: slowNanos } }
  const population = new Population(EVERYTHING, selected)
  for (const trace of traces) population.add(trace)
  return rankCauses(withoutRepeated(population.divided().comparison, selected))
}

/** By a count and a test of its own: the plain Bonferroni correction over every value that there is, at one percent. */
function isProvable({ traces, by, slowNanos, cause }: PlantedWorld): boolean {
  const spans = traces.flatMap((trace) => trace.spans)
  const isSelected = (span: (typeof spans)[number]) =>
    by === 'errors' ? span.status === 'error' : span.durationNanos > slowNanos
  const carries = (span: (typeof spans)[number]) =>
    span.attributes.some(([key, value]) => `span.${key}` === cause?.attribute && value === cause.value)
  const values = new Set(spans.flatMap((span) => span.attributes.map(([key, value]) => `${key}=${value}`)))
  const table = {
    hits: spans.filter((span) => isSelected(span) && carries(span)).length,
    selection: spans.filter(isSelected).length,
    carriers: spans.filter(carries).length,
    all: spans.length,
  }
  return tailByProducts(table) <= 0.01 / values.size
}

/** The tail of the hypergeometric distribution by its definition, in logarithms of products. */
export function tailByProducts({
  hits,
  selection,
  carriers,
  all,
}: Record<'hits' | 'selection' | 'carriers' | 'all', number>): number {
  const ln = (n: number, k: number): number => {
    let sum = 0
    for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i)
    return sum
  }
  let tail = 0
  for (let k = hits; k <= Math.min(selection, carriers); k++) {
    if (carriers - k > all - selection) continue
    tail += Math.exp(ln(selection, k) + ln(all - selection, carriers - k) - ln(all, carriers))
  }
  return Math.min(1, tail)
}
