import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  KnownTraces,
  LAG_MILLISECONDS,
  LONGEST_SPAN_MILLISECONDS,
  lagOf,
  ROOT_WAIT_MILLISECONDS,
  rangeOfLook,
} from '../../src/commands/trace/follow.ts'
import type { TraceSummary } from '../../src/trace/search.ts'

const NOW = 1_790_000_000_000

const summary = (id: number, startMillis: number, rootName?: string): TraceSummary => ({
  traceId: id.toString(16).padStart(32, '0'),
  ...(rootName !== undefined && { rootName }),
  startNanos: BigInt(startMillis) * 1_000_000n,
  durationNanos: 1,
  services: [],
})
const ids = (traces: readonly TraceSummary[]) => traces.map(({ traceId }) => Number(`0x${traceId}`))

describe('a search that is asked again and again', () => {
  it('gives what is new, the earliest first, and nothing twice', () => {
    const known = new KnownTraces()
    const [a, b, c] = [summary(1, NOW, 'a'), summary(2, NOW + 1, 'b'), summary(3, NOW - 1, 'late')] as const
    expect(ids(known.fresh([b, a], NOW))).toEqual([1, 2])
    expect(ids(known.fresh([b, c, a], NOW))).toEqual([3])
    expect(ids(known.fresh([c, b, a, a], NOW))).toEqual([])
  })

  it('lets a trace wait for its root, and not for ever', () => {
    const known = new KnownTraces()
    expect(known.fresh([summary(1, NOW)], NOW + ROOT_WAIT_MILLISECONDS - 1)).toEqual([])
    expect(ids(known.fresh([summary(1, NOW, 'GET /cart')], NOW + 1))).toEqual([1])
    expect(known.fresh([summary(2, NOW)], NOW)).toEqual([])
    expect(ids(known.fresh([summary(2, NOW)], NOW + ROOT_WAIT_MILLISECONDS))).toEqual([2])
    // Another server may not have the root of one that was given.
    expect(known.fresh([summary(1, NOW)], NOW + 2)).toEqual([])
    expect(known.fresh([summary(1, NOW, 'GET /cart')], NOW + 3)).toEqual([])
  })

  it.each([
    [{}, 0],
    [{ maxNanos: 60e9 }, 0],
    [{ minNanos: 150e9 }, 300_000],
    [{ minNanos: 150e9, maxNanos: 180e9 }, 180_000],
    [{ minNanos: 1 }, 1],
    [{ minNanos: 12 * 3600e9 }, LONGEST_SPAN_MILLISECONDS],
  ])('%j: as long as such spans take is added to the lag', (filter, added) => {
    expect(lagOf(filter)).toBe(LAG_MILLISECONDS + added)
  })
})

/** Milliseconds after the start of the run at which a trace starts, is found, and has its root. */
const traceTimes = fc.record({
  start: fc.integer({ min: 0, max: 600_000 }),
  /** Of its least time, as a part; a span comes when it has ended. */
  longer: fc.double({ min: 1, max: 2, noNaN: true }),
  late: fc.integer({ min: 0, max: LAG_MILLISECONDS }),
  rootless: fc.integer({ min: 0, max: LAG_MILLISECONDS }),
})

it('every trace that comes within the lag is given once, however irregular the looks', () => {
  fc.assert(
    fc.property(
      fc.array(traceTimes, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1_000, max: 200_000 }), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(0, 1_000, 150_000),
      (traces, pauses, least) => {
        const lag = lagOf({ minNanos: least * 1e6 })
        const known = new KnownTraces()
        const given: number[] = []
        let [lookedAt, at] = [NOW, NOW]
        const lookAfter = (pause: number) => {
          at += pause
          const { fromMillis, toMillis } = rangeOfLook(lookedAt, at, 0, lag)
          const found = traces.flatMap(({ start, longer, late: delay, rootless }, id) => {
            const late = Math.floor(least * longer) + delay
            const began = NOW + start
            const isThere = began + late <= at && began >= fromMillis && began <= toMillis
            return isThere ? [summary(id, began, began + late + rootless <= at ? 'root' : undefined)] : []
          })
          const fresh = known.fresh(found, at)
          const starts = fresh.map(({ startNanos = 0n }) => startNanos)
          expect(starts).toEqual(starts.toSorted((a, b) => Number(a - b)))
          given.push(...ids(fresh))
          lookedAt = at
        }
        for (const pause of pauses) lookAfter(pause)
        // Until each of them had its time.
        while (at < NOW + 600_000 + lag + ROOT_WAIT_MILLISECONDS) lookAfter(20_000)
        expect(given.toSorted((a, b) => a - b)).toEqual(traces.map((_, id) => id))
      },
    ),
  )
})
