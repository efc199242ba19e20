import { type Breakdown, type BreakdownRow, BreakdownSum } from '../../../src/trace/analysis/breakdown.ts'
import type { BreakdownBy } from '../../../src/trace/formats/output-choices.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { type Random, seeded } from '../../world/trace/random.ts'
import { plantedSides } from '../compare/planted-world.ts'

/** How much of the breakdowns of made-up worlds is what a computation of its own says. */
export interface BreakdownCount {
  readonly worlds: number
  /** Breakdowns of one trace: the times on the critical path add up to its duration, to the nanosecond. */
  readonly traces: number
  readonly whole: number
  /** Rows of the breakdowns of whole worlds: calls, p50 and p99 are equal, by operation and by service. */
  readonly operations: number
  readonly equalOperations: number
  readonly services: number
  readonly equalServices: number
  /** Worlds in which the rows are all there, and their times on the critical path are those of the traces together. */
  readonly sums: number
}

/** One world a seed, of some traces of one request, with a few wrong clocks. */
export function countBreakdowns(worlds: number, firstSeed: number): BreakdownCount {
  let [traces, whole, sums] = [0, 0, 0]
  const rows = { operation: [0, 0], service: [0, 0] }
  for (let seed = firstSeed; seed < firstSeed + worlds; seed++) {
    const world = worldOf(seed)
    traces += world.length
    whole += world.filter(isWhole).length
    let isSum = true
    for (const by of ['operation', 'service'] as const) {
      const breakdown = breakdownOf(world, by)
      const calls = callsOf(world, by)
      rows[by] = [
        (rows[by][0] ?? 0) + calls.size,
        (rows[by][1] ?? 0) + breakdown.rows.filter((row) => isEqual(row, calls.get(keyOf(row)))).length,
      ]
      isSum &&= breakdown.rows.length === calls.size && pathOf(breakdown) === durationOf(world)
    }
    if (isSum) sums += 1
  }
  const [operations = 0, equalOperations = 0] = rows.operation
  const [services = 0, equalServices = 0] = rows.service
  return { worlds, traces, whole, operations, equalOperations, services, equalServices, sums }
}

function worldOf(seed: number): Trace[] {
  const { a, b } = plantedSides(seed, { slower: true })
  const random = seeded(seed * 31 + 7)
  return [...a, ...b].map((trace) => ({ ...trace, spans: trace.spans.map((span) => moved(span, random)) }))
}

/** One span in twenty is told by a clock that is wrong by up to ten milliseconds. */
function moved(span: Span, random: Random): Span {
  if (span.parentId === undefined || random.between(1, 20) > 1) return span
  return { ...span, startNanos: span.startNanos + BigInt(random.between(-1e7, 1e7)) }
}

function breakdownOf(traces: readonly Trace[], by: BreakdownBy): Breakdown {
  const sum = new BreakdownSum(by)
  for (const trace of traces) sum.add(buildTree(trace))
  return sum.result()
}

const isWhole = (trace: Trace): boolean => {
  const breakdowns = (['operation', 'service'] as const).map((by) => breakdownOf([trace], by))
  return breakdowns.every((one) => pathOf(one) === durationOf([trace]))
}

const pathOf = ({ rows }: Breakdown): bigint =>
  rows.reduce((sum, { pathNanos }) => sum + BigInt(pathNanos), 0n)

/** The root is the only span that nobody calls. */
const durationOf = (traces: readonly Trace[]): bigint =>
  traces
    .flatMap(({ spans }) => spans.filter(({ parentId }) => parentId === undefined))
    .reduce((sum, { durationNanos }) => sum + BigInt(durationNanos), 0n)

const keyOf = ({ service, operation }: Pick<BreakdownRow, 'service' | 'operation'>): string =>
  [service, operation].filter((part) => part !== undefined).join(': ')

/** All durations of a row, sorted. */
function callsOf(traces: readonly Trace[], by: BreakdownBy): Map<string, BigUint64Array> {
  const durations = new Map<string, bigint[]>()
  for (const { spans } of traces)
    for (const { service, name, durationNanos } of spans) {
      const key = by === 'service' ? service : `${service}: ${name}`
      const known = durations.get(key)
      if (known) known.push(BigInt(durationNanos))
      else durations.set(key, [BigInt(durationNanos)])
    }
  return new Map([...durations].map(([key, all]) => [key, BigUint64Array.from(all).sort()]))
}

function isEqual(row: BreakdownRow, calls: BigUint64Array | undefined): boolean {
  return (
    calls !== undefined &&
    row.calls === calls.length &&
    BigInt(row.p50Nanos ?? -1) === nearestRank(calls, 50) &&
    BigInt(row.p99Nanos ?? -1) === nearestRank(calls, 99)
  )
}

/** The first of the sorted values that at least `percent` of all do not exceed, in whole numbers. */
export function nearestRank(sorted: BigUint64Array, percent: number): bigint {
  let rank = 1
  while (rank * 100 < percent * sorted.length) rank += 1
  return sorted[rank - 1] as bigint
}
