import { groupBy } from '../../../src/trace/group.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import type { PlantedSides } from './planted-world.ts'

/** What the traces say about the planted operation, by figures and a test that are not the program's. */
export interface Truth {
  /** The medians of its self time differ by enough to count. */
  readonly counts: boolean
  /** It is slower, and chance is ruled out: by Bonferroni's plain correction over all that is compared, at one percent. */
  readonly isProven: boolean
}

/** Of a world in which an operation is slower. */
export function truthOf({ a, b, slowPath = '' }: PlantedSides): Truth {
  const sides = [a, b].map((traces) => traces.map(selfTimes))
  const operations = new Set(sides.flat().flatMap((times) => [...times.keys()]))
  const [before, after] = sides.map((side) => side.map((times) => times.get(slowPath) ?? 0)) as [
    number[],
    number[],
  ]
  const wins = before.flatMap((x) => after.filter((y) => y > x)).length
  const chance = 2 * tailOfWins(wins, before.length, after.length)
  const [low, high] = [median(before), median(after)]
  const whole = Math.max(...[a, b].map((side) => median(side.map((trace) => rootOf(trace).durationNanos))))
  const share = Math.max(0.05, 0.25 / Math.sqrt(Math.min(a.length, b.length)))
  const counts = Math.abs(high - low) >= Math.max(share * Math.min(low, high), whole / 100)
  return { counts, isProven: counts && high > low && chance <= 0.01 / (2 * operations.size + 1) }
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((x, y) => x - y)
  const at = (place: number) => sorted[Math.floor(place)] as number
  return (at((times.length - 1) / 2) + at(times.length / 2)) / 2
}

const rootOf = ({ spans }: Pick<Trace, 'spans'>): Span =>
  spans.find(({ parentId }) => parentId === undefined) as Span

/** Time of its own of each operation, by path. */
function selfTimes({ spans }: Trace): Map<string, number> {
  const below = groupBy(spans, ({ parentId }) => parentId)
  const sums = new Map<string, number>()
  const walk = (span: Span, above: string): void => {
    const path = `${above}/${span.service}:${span.name}:${span.kind}`
    const calls = below.get(span.spanId) ?? []
    sums.set(path, (sums.get(path) ?? 0) + span.durationNanos - covered(span, calls))
    for (const call of calls) walk(call, path)
  }
  walk(rootOf({ spans }), '')
  return sums
}

/** The part of a span in which calls of it ran. */
function covered(span: Span, calls: readonly Span[]): number {
  const parts = calls
    .map(({ startNanos, durationNanos }) => {
      const start = Number(startNanos - span.startNanos)
      return [start, Math.min(start + durationNanos, span.durationNanos)] as const
    })
    .sort(([x], [y]) => x - y)
  let [sum, at] = [0, 0]
  for (const [start, end] of parts) {
    sum += Math.max(0, end - Math.max(at, start))
    at = Math.max(at, end)
  }
  return sum
}

/**
 * How likely at least so many pairs are won, by Mann and Whitney's recursion: the longest of all times is of the one side or of
 * the other.
 */
export function tailOfWins(wins: number, before: number, after: number): number {
  const known = new Map<string, number>()
  const ways = (won: number, x: number, y: number): number => {
    if (won < 0 || won > x * y) return 0
    if (x === 0 || y === 0) return 1
    const key = `${won} ${x} ${y}`
    const found = known.get(key) ?? ways(won - x, x, y - 1) + ways(won, x - 1, y)
    known.set(key, found)
    return found
  }
  let [tail, all] = [0, 0]
  for (let won = 0; won <= before * after; won++) {
    const count = ways(won, before, after)
    all += count
    if (won >= wins) tail += count
  }
  return tail / all
}
