import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { type ComparisonOptions, renderComparison } from '../../../src/trace/compare/comparison-output.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { runsOf } from '../../property-runs.ts'
import { seeded } from '../../world/trace/random.ts'
import { anyTrace } from '../any-trace.ts'
import { compareTraces } from '../compare/planted-judge.ts'
import { makeTrace, type Sketch } from '../make.ts'

function draw(a: readonly Trace[], b: readonly Trace[], options: Partial<ComparisonOptions> = {}): string[] {
  const labels = { a: `trace ${a[0]?.traceId} of Tempo`, b: `trace ${b[0]?.traceId} of file b.json` }
  return [
    ...renderComparison(compareTraces(a, b), {
      width: 80,
      unicode: true,
      style: UNSTYLED,
      full: false,
      labels,
      ...options,
    }),
  ]
}

/** A checkout whose cart reads ten times as often, that asks a new service, and has lost its cache. */
const checkout = (reads: number, isNew: boolean): Trace => {
  const end = 140 + reads * 20
  const sketches: Sketch[] = [
    { id: 1, name: 'POST /checkout', service: 'frontend', kind: 'server', ms: end + 110 },
    { id: 2, parent: 1, name: 'GET /cart', service: 'cart', kind: 'server', at: 10, ms: end - 40 },
    ...Array.from({ length: reads }, (_, i) => ({
      id: 20 + i,
      parent: 2,
      name: 'redis GET',
      service: 'cart',
      kind: 'client' as const,
      at: 20 + i * 20,
      ms: 18,
    })),
    { id: 3, parent: 1, name: 'charge', service: 'payments', kind: 'client', at: end, ms: 60 },
    {
      id: 4,
      parent: 3,
      name: 'POST https://card-network.example/v2/charges',
      service: 'payments',
      at: end + 5,
      ms: 50,
    },
    { id: 5, parent: 1, name: 'send receipt', service: 'email', kind: 'consumer', at: end + 100, ms: 900 },
    isNew
      ? { id: 6, parent: 1, name: 'score order', service: 'fraud', kind: 'server', at: end + 62, ms: 30 }
      : { id: 6, parent: 1, name: 'cache lookup', service: 'frontend', at: end + 62, ms: 6 },
    ...(isNew ? [{ id: 7, parent: 6, name: 'SELECT rules', service: 'fraud', at: end + 63, ms: 20 }] : []),
  ]
  return makeTrace(...sketches)
}

describe.each([60, 80, 120, 200])('at %d columns', (width) => {
  test('what got slower', async () => {
    const text = draw([checkout(3, false)], [checkout(30, true)], { width }).join('\n')
    await expect(`${text}\n`).toMatchFileSnapshot(`../../golden/diff/checkout-${width}.txt`)
  })
})

const LABELS = (traces: number) => ({
  a: `${traces} traces of Tempo: service=frontend since=1d`,
  b: `${traces} traces of Tempo: service=frontend since=1h`,
})

test('medians of several traces', async () => {
  const a = [3, 3, 4, 2, 3, 3, 4, 3].map((reads) => checkout(reads, false))
  const b = [31, 30, 28, 30, 31, 30, 28, 30].map((reads) => checkout(reads, true))
  await expect(`${draw(a, b, { labels: LABELS(8) }).join('\n')}\n`).toMatchFileSnapshot(
    '../../golden/diff/medians-80.txt',
  )
})

test('sure of an operation, and not of the whole: both are said', () => {
  const side = (read: number, spread: number) =>
    Array.from({ length: 12 }, (_, i) =>
      makeTrace(
        { id: 1, name: 'GET /', ms: 100 + spread * ((i * 7) % 12) },
        { id: 2, parent: 1, name: 'read', ms: read + i / 10 },
      ),
    )
  const lines = draw(side(20, 10), side(50, 13))
  expect(lines[0]).toMatch(
    /^too few traces to tell: 155ms → 172ms, \+16\.5ms \(\+11%\); but 1 operation changed$/,
  )
  expect(lines[1]).toBe('the largest part: +30.0ms in read, shop')
  expect(lines[2]).toBe('the total difference may be chance; compare more traces')
  expect(lines).toContain('where it comes from, by self time')
})

describe('the medians do not differ by enough, and the ranks of all traces do', () => {
  const side = (slow: number, read = 20) =>
    Array.from({ length: 60 }, (_, i) =>
      makeTrace(
        { id: 1, name: 'GET /', ms: i < slow ? 900 : 100 },
        { id: 2, parent: 1, name: 'read', ms: read },
      ),
    )

  test('which side tends to be slower is said', () => {
    const words = 'but the medians do not show it: 100ms → 100ms'
    expect(draw(side(0), side(29))[0]).toBe(`B tends to be slower, ${words}`)
    expect(draw(side(0), side(0))[0]).toBe('no significant difference: 100ms → 100ms')
  })
})

test('what is beside counts once any call of it was waited for, whichever trace comes first', () => {
  const job = (marks: Sketch['marks'], ms: number) =>
    makeTrace(
      { id: 1, name: 'POST /order', service: 'shop', ms: marks ? 100 : 100 + ms },
      { id: 2, parent: 1, name: 'mail', service: 'shop', at: 50, ms, ...(marks && { marks }) },
    )
  const [free, bound] = [job(['follows-parent'], 200), job(undefined, 380)]
  expect(draw([free], [bound])[1]).toMatch(/ \+180ms \(47% of it\) in mail, shop$/)
  expect(draw([bound], [free])[1]).toMatch(/ -180ms \(47% of it\) in mail, shop$/)
})

test('ranks that say the opposite of the medians are told, and no advice of more traces', () => {
  const of = (...parts: (readonly [traces: number, ms: number])[]) =>
    parts.flatMap(([traces, ms]) =>
      Array.from({ length: traces }, () => makeTrace({ id: 1, name: 'GET /', ms })),
    )
  const [a, b] = [of([27, 50], [33, 100]), of([33, 80], [27, 900])]
  const lines = draw(a, b)
  expect(lines[0]).toBe('B tends to be slower, but the medians do not show it: 100ms → 80.0ms, -20.0ms')
  expect(lines.join(' ')).not.toMatch(/too few|more traces/)
})

test('slower in small steps, and a faster cache: nothing faster is said to be the reason', () => {
  const random = seeded(5)
  const calls = (cacheMs: number, ms: number): Trace => {
    const times = [cacheMs, ...Array.from({ length: 12 }, () => (ms * random.between(50, 150)) / 100)]
    const starts = times.map((_, i) => times.slice(0, i).reduce((sum, time) => sum + time, 0))
    return makeTrace(
      { id: 1, name: 'GET /', ms: times.reduce((sum, time) => sum + time, 0) },
      ...times.map((time, i) => ({
        ...{ id: 2 + i, parent: 1, name: i === 0 ? 'cache' : `step ${i}` },
        ...{ at: starts[i] as number, ms: time },
      })),
    )
  }
  const side = (cacheMs: number, ms: number) =>
    Array.from({ length: 8 }, (_, i) => calls(cacheMs + i / 10, ms))
  const [a, b] = [side(30, 20), side(10, 28)]
  const lines = draw(a, b)
  expect(lines[0]).toMatch(/^slower: /)
  expect(lines[1]).toMatch(/^the largest change, which may be chance: \+\S+ in step \d+, shop$/)
  const list = (drawn: readonly string[], head: string) => {
    const from = drawn.indexOf(head) + 1
    return drawn.slice(from, drawn.indexOf('', from)).filter((line) => /^ +[-+]/.test(line))
  }
  const slower = list(lines, 'differences that may be chance, by self time')
  expect(slower).toHaveLength(3)
  expect(slower.filter((line) => !/ \+\S+ {2}step \d+ {2}shop$/.test(line))).toEqual([])
  // And the other way round.
  const faster = draw(b, a)
  expect(faster[0]).toMatch(/^faster: /)
  expect(faster[1]).toMatch(/^the largest change, which may be chance: -/)
  expect(faster.join('\n')).not.toContain('where it comes from')
  // The cache is in the tree, with its word.
  expect(lines.find((line) => /^├ cache/.test(line))).toMatch(/-20\.0ms +faster$/)
})

test('no line is wider than the terminal, and none steers it', () => {
  fc.assert(
    fc.property(
      anyTrace,
      anyTrace,
      fc.integer({ min: 20, max: 200 }),
      fc.boolean(),
      fc.boolean(),
      (a, b, width, unicode, full) => {
        if (a.spans.length === 0 || b.spans.length === 0) return
        for (const line of draw([a], [b], {
          width,
          unicode,
          full,
          labels: { a: 'x'.repeat(90), b: 'file b' },
        })) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
        }
      },
    ),
    { numRuns: runsOf(150) },
  )
})
