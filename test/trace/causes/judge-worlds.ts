import type { SelectedSpans } from '../../../src/trace/analysis/population.ts'
import { Population } from '../../../src/trace/analysis/population.ts'
import { type Ranking, rankCauses, withoutRepeated } from '../../../src/trace/analysis/rank-causes.ts'
import type { Span } from '../../../src/trace/model.ts'
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
  /** Worlds whose cause only the program's finer correction for many values proves: it was ranked first. */
  finer: number
  /**
   * Worlds whose cause the numbers in them cannot prove; in how many it was said that they are too few to tell, or that nothing
   * stands out, whichever is so; and in how many something else was named.
   */
  unprovable: number
  open: number
  misled: number
  /** Worlds without a cause; in how many that was said; and in how many one was named. */
  without: number
  quiet: number
  falselyNamed: number
  /**
   * Worlds of both kinds in which nothing is proven and only values found once among the selected spans differ by a quarter;
   * and in how many they were called too few to tell.
   */
  rare: number
  rareTold: number
}

/** Looks for the causes of as many worlds with one and without. */
export function judgeWorlds(count: number): Judgement {
  const sum: Judgement = {
    ...{ provable: 0, first: 0, finer: 0, unprovable: 0, open: 0, misled: 0 },
    ...{ without: 0, quiet: 0, falselyNamed: 0, rare: 0, rareTold: 0 },
  }
  const judgeRare = (world: PlantedWorld, verdict: Ranking['verdict']) => {
    if (verdict === 'causes' || openVerdict(world, 2) !== 'nothing' || openVerdict(world, 1) !== 'too-few')
      return
    sum.rare += 1
    if (verdict === 'too-few') sum.rareTold += 1
  }
  for (let seed = 1; seed <= count; seed++) {
    const world = plantWorld(seed, true)
    const { verdict, causes } = rank(world)
    const [top] = causes
    const isFound = top?.attribute === world.cause?.attribute && top?.value === world.cause?.value
    if (isProvable(world)) {
      sum.provable += 1
      if (verdict === 'causes' && isFound) sum.first += 1
    } else if (verdict === 'causes' && isFound) sum.finer += 1
    else {
      sum.unprovable += 1
      if (verdict === 'causes') sum.misled += 1
      if (verdict === openVerdict(world)) sum.open += 1
    }
    judgeRare(world, verdict)
    const without = plantWorld(seed, false)
    const said = rank(without).verdict
    sum.without += 1
    if (said === 'causes') sum.falselyNamed += 1
    if (said === openVerdict(without)) sum.quiet += 1
    judgeRare(without, said)
  }
  return sum
}

function rank({ traces, by, slowNanos }: PlantedWorld): Ranking {
  const selected: SelectedSpans = by === 'errors' ? { by } : { by, over: { nanos: slowNanos } }
  const population = new Population(EVERYTHING, selected)
  for (const trace of traces) population.add(trace)
  const comparison = withoutRepeated(population.divided().comparison, selected)
  return rankCauses(comparison)
}

const isSelectedIn = ({ by, slowNanos }: PlantedWorld) =>
  by === 'errors'
    ? ({ status }: Span) => status === 'error'
    : ({ durationNanos }: Span) => durationNanos > slowNanos

/** By a count and a test of its own: the plain Bonferroni correction over every value that there is, at one percent. */
function isProvable(world: PlantedWorld): boolean {
  const { traces, cause } = world
  const spans = traces.flatMap((trace) => trace.spans)
  const isSelected = isSelectedIn(world)
  const carries = (span: Span) =>
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

/**
 * What is to be said where nothing is proven: is any value more frequent by a quarter of all? `least`: as often as that it is
 * found among the selected spans. Of four spans a value found once is a quarter, and it is untrue that nothing stands out.
 */
function openVerdict(world: PlantedWorld, least = 1): Ranking['verdict'] {
  const spans = world.traces.flatMap((trace) => trace.spans)
  const isSelected = isSelectedIn(world)
  const [selected, rest] = [spans.filter(isSelected), spans.filter((span) => !isSelected(span))]
  if (selected.length === 0 || rest.length === 0) return 'too-few'
  // `error` says again that a span failed.
  const counted = (some: readonly Span[]) => {
    const counts = new Map<string, number>()
    // It says again that a span failed.
    for (const { name, attributes } of some)
      for (const [key, value] of [['name', name] as const, ...attributes])
        if (key !== 'error' || world.by !== 'errors')
          counts.set(`${key}=${value}`, (counts.get(`${key}=${value}`) ?? 0) + 1)
    return counts
  }
  const usual = counted(rest)
  const isLarge = ([value, count]: [string, number]) =>
    count >= least && count / selected.length - (usual.get(value) ?? 0) / rest.length >= 0.25
  return [...counted(selected)].some(isLarge) ? 'too-few' : 'nothing'
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
