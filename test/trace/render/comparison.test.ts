import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Trace } from '../../../src/trace/model.ts'
import {
  type ComparisonOptions,
  renderComparison,
} from '../../../src/trace/render/comparison/comparison-text.ts'
import { signedDuration, signedPercent } from '../../../src/trace/render/comparison/signed-duration.ts'
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

describe('the columns of figures', () => {
  const heads = (drawn: readonly string[]) => drawn.find((line) => line.startsWith('OPERATION')) ?? ''
  const namedCharge = (name: string, reads: number): Trace => {
    const { spans, ...trace } = checkout(reads, true)
    return { ...trace, spans: spans.map((span) => (span.name === 'charge' ? { ...span, name } : span)) }
  }

  test.each([
    [60, 'CALLS TOTAL+/- SELF+/-'],
    [76, 'CALLS TOTAL+/- SELF+/-'],
    [80, 'CALLS A TOTAL B TOTAL TOTAL+/- SELF+/-'],
    [100, 'CALLS A TOTAL B TOTAL TOTAL+/- SELF+/-'],
  ])('short names leave room at %d columns for: %s', (width, expected) => {
    const drawn = heads(draw([checkout(3, false)], [checkout(30, true)], { width }))
    expect(drawn.replace(/ +/g, ' ')).toBe(`OPERATION ${expected}`)
  })

  test.each([
    [60, 'TOTAL+/- SELF+/-'],
    [80, 'CALLS TOTAL+/- SELF+/-'],
    [100, 'CALLS A TOTAL B TOTAL TOTAL+/- SELF+/-'],
  ])('names wider than there is room for leave at %d columns: %s', (width, expected) => {
    const charged = (reads: number) => [namedCharge(`charge ${'of a card '.repeat(8)}`, reads)]
    expect(heads(draw(charged(3), charged(30), { width, full: true })).replace(/ +/g, ' ')).toBe(
      `OPERATION ${expected}`,
    )
  })

  test('the times of A and of B are there together or not at all, and no name is cut for them', () => {
    const name = 'charge the card of the customer'
    const charged = (ms: number) =>
      makeTrace({ id: 1, name: 'GET /', ms: 100 + ms }, { id: 2, parent: 1, name, service: 'payments', ms })
    const both = new Set<boolean>()
    for (let width = 20; width <= 140; width++) {
      const drawn = draw([charged(20)], [charged(80)], { width, full: true })
      const has = heads(drawn).includes('A TOTAL')
      expect(heads(drawn).includes('B TOTAL')).toBe(has)
      both.add(has)
      if (has) expect(drawn.join('\n')).toMatch(new RegExp(` ${name} +payments `))
    }
    expect(both.size).toBe(2)
  })

  test('the total of a root without an end is blank', () => {
    const trace = checkout(3, false)
    const spans = trace.spans.map((span) =>
      span.parentId === undefined ? { ...span, durationNanos: 0, marks: ['end-missing' as const] } : span,
    )
    const open = { ...trace, spans }
    const drawn = draw([checkout(3, false)], [open], { width: 100 })
    expect(drawn.find((line) => line.startsWith('POST /checkout'))).toMatch(/^POST .+ 1 +310ms +unknown$/)
  })

  test('a call without an end below it: no time is blamed on what waits for it, and it is named', () => {
    const trace = (ms: number, db: Partial<Sketch>) =>
      makeTrace(
        { id: 1, name: 'GET /', ms: ms + 50, kind: 'server' },
        { id: 2, parent: 1, name: 'pay', at: 10, ms: ms + 30 },
        { id: 3, parent: 2, name: 'SELECT', at: 20, ms, ...db },
      )
    const drawn = draw([trace(10, {})], [trace(200, { ms: 0, marks: ['end-missing'] })], { width: 100 })
    expect(drawn[0]).toMatch(/^slower: 60\.0ms → 250ms/)
    expect(drawn).toContain('unknown duration in B: SELECT')
    expect(drawn.find((line) => line.startsWith('└ pay'))).toMatch(/ \+190ms +slower$/)
    expect(drawn.find((line) => line.startsWith('  └ SELECT'))).toMatch(/ 1 +10\.0ms +unknown$/)
    expect(drawn.join('\n')).not.toContain('where it comes from')
  })

  test('how many more there are is no name, and takes no room from the figures', () => {
    const few = (more: number) =>
      makeTrace(
        { id: 1, name: 'GET', ms: 500 },
        ...Array.from({ length: 30 }, (_, i) => ({
          id: 2 + i,
          parent: 1,
          name: `${i < 15 ? 'n' : more}${i}`,
          at: i,
          ms: i === 0 ? more : 10,
        })),
      )
    const drawn = draw([few(1)], [few(100)])
    expect(drawn.join('\n')).toMatch(/more: \d+ new, \d+ gone, \d+ the same$/m)
    expect(heads(drawn)).toContain('A TOTAL  B TOTAL')
  })
})

describe('the word of a row', () => {
  const request = (ms: number, read: number, others: readonly number[] = []) =>
    makeTrace(
      { id: 1, name: 'GET /', ms, kind: 'server' },
      { id: 2, parent: 1, name: 'read', ms: read },
      ...others.map((time, i) => ({ id: 3 + i, parent: 1, name: `n${i}`, at: i, ms: time })),
    )
  const row = (drawn: readonly string[], name: string) => drawn.find((line) => line.includes(` ${name} `))

  test('its total is the same, and its self time is not: that is said', () => {
    const [a, b] = [request(1000, 500), request(1246, 500)]
    expect(draw([a], [b])).toContainEqual(
      expect.stringMatching(/^GET \/ .* \+246ms +\+246ms {2}self slower$/),
    )
    expect(draw([b], [a])).toContainEqual(expect.stringMatching(/^GET \/ .* -246ms +-246ms {2}self faster$/))
  })

  test('what counts of the total comes first, and the same is the same', () => {
    const drawn = draw([request(1000, 500)], [request(2000, 1500)], { full: true })
    expect(drawn).toContainEqual(expect.stringMatching(/^GET \/ .* \+1\.00s +0s {2}slower$/))
    expect(row(draw([request(1000, 500)], [request(1000, 500)], { full: true }), 'read')).toMatch(
      / 0s {2}same$/,
    )
  })

  test('and of those that are left out', () => {
    const times = Array.from({ length: 14 }, () => 10)
    const lines = draw([request(1000, 500, times)], [request(1000, 500, times)])
    expect(lines).toContain('└ 15 more, all the same')
  })

  test('it is coloured as it is read', () => {
    const style = {
      ...UNSTYLED,
      red: (text: string) => `<red>${text}`,
      green: (text: string) => `<green>${text}`,
    }
    const drawn = draw([request(1000, 500)], [request(1246, 500)], { style })
    expect(drawn.find((line) => line.includes('self slower'))).toContain('<red>')
  })
})

test('in ASCII, and everything', async () => {
  const text = draw([checkout(3, false)], [checkout(30, true)], { unicode: false, full: true }).join('\n')
  expect(text).toMatch(/^[\n\x20-\x7e]*$/)
  await expect(`${text}\n`).toMatchFileSnapshot('../../golden/diff/checkout-ascii.txt')
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

test('too few traces to tell: what differs is shown, and called unsure', async () => {
  const a = [3, 3, 4, 2, 3].map((reads) => checkout(reads, false))
  const b = [3, 30, 28, 30, 31].map((reads) => checkout(reads, true))
  const labels = LABELS(5)
  await expect(`${draw(a, b, { labels }).join('\n')}\n`).toMatchFileSnapshot(
    '../../golden/diff/too-few-80.txt',
  )
  const full = draw(a, b, { labels, full: true })
  expect(full.filter((line) => /^ {2} +[-+]\d/.test(line))).toHaveLength(5)
})

describe('a cache miss in about half of the traces, as often before as after', () => {
  /** Whole requests are equal in any case. */
  const side = (traces: number, misses: number, more: (i: number) => Sketch[] = () => []) =>
    Array.from({ length: traces }, (_, i) =>
      makeTrace(
        { id: 1, name: 'GET /', ms: 100 },
        { id: 2, parent: 1, name: 'db', ms: 60 },
        ...(i < misses ? [{ id: 3, parent: 1, name: 'cache miss', at: 70, ms: 5 + i / 100 }] : []),
        ...more(i),
      ),
    )

  test.each([20, 100, 1000])('%d on each side: no difference in all, and more would not help', (traces) => {
    const half = traces / 2
    const lines = draw(side(traces, half - 1), side(traces, half + 1))
    expect(lines.slice(0, 3)).toEqual([
      'no clear difference in all: 100ms → 100ms',
      '2 operations differ by what may be chance',
      '',
    ])
    expect(lines).toContain('what differs, and may be chance, by self time')
    expect(lines.find((line) => /cache miss .*unsure$/.test(line))).toBeDefined()
    expect(lines.join('\n')).not.toMatch(/too few|more traces/)
  })

  test('where another operation could be told by more traces, that is said', () => {
    const noisy = (ms: number) => (i: number) => [
      { id: 4, parent: 1, name: 'read', at: 80, ms: ms + (i % 10) },
    ]
    const lines = draw(side(20, 9, noisy(5)), side(20, 11, noisy(7)))
    expect(lines[0]).toBe('no clear difference in all: 100ms → 100ms')
    expect(lines[1]).toBe('3 operations differ by what may be chance: more traces could tell')
  })

  describe('where the whole takes longer with a miss', () => {
    const misses = (traces: number, missed: number, more: (i: number) => Sketch[] = () => []) =>
      Array.from({ length: traces }, (_, i) =>
        makeTrace(
          { id: 1, name: 'GET /', ms: i < missed ? 200 : 100 },
          ...(i < missed ? [{ id: 3, parent: 1, name: 'cache miss', at: 70, ms: 100 }] : []),
          ...more(i),
        ),
      )

    test.each([
      [20, '150ms → 200ms, +50.0ms (+33%)'],
      [100, '150ms → 200ms, +50.0ms (+33%)'],
    ])('%d on each side: no number of traces can tell, and that is said', (traces, times) => {
      const lines = draw(misses(traces, traces / 2), misses(traces, traces / 2 + 1))
      expect(lines.slice(0, 3)).toEqual([
        `no clear difference in all: ${times}`,
        'about half of the traces have cache miss: more traces could not tell',
        '',
      ])
    })

    test('of another difference more traces could tell', () => {
      const noisy = (ms: number) => (i: number) => [
        { id: 4, parent: 1, name: 'read', at: 10, ms: ms + (i % 10) },
      ]
      const lines = draw(misses(20, 10, noisy(5)), misses(20, 11, noisy(7)))
      expect(lines[0]).toMatch(/^too few traces to tell: /)
      expect(lines[1]).toBe('what differs may be chance: compare more traces')
    })

    test('where it makes little of the difference, it is no reason', () => {
      const noisy = (from: number, missed: number) =>
        Array.from({ length: 20 }, (_, i) =>
          makeTrace(
            { id: 1, name: 'GET /', ms: from + ((i * 7) % 20) * 6 },
            ...(i < missed ? [{ id: 3, parent: 1, name: 'cache miss', at: 10, ms: 5 }] : []),
          ),
        )
      const lines = draw(noisy(100, 10), noisy(120, 11))
      expect(lines[0]).toMatch(/^too few traces to tell: /)
      expect(lines[1]).toBe('what differs may be chance: compare more traces')
    })

    test('four on each side could tell nothing of anything', () => {
      const lines = draw(misses(4, 2), misses(4, 3))
      expect(lines[0]).toMatch(/^too few traces to tell: /)
      expect(lines[1]).toMatch(/: compare more traces, at least \d+ on each side$/)
    })
  })

  test('four on each side are so few that they could not show anything', () => {
    const lines = draw(side(4, 1), side(4, 3))
    expect(lines[0]).toBe('too few traces to tell: 100ms → 100ms')
    expect(lines[1]).toMatch(/^what differs may be chance: compare more traces, at least \d+ on each side$/)
  })
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
  expect(lines[2]).toBe('the difference in all may be chance: compare more traces')
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
    const words = 'but the medians differ too little to count: 100ms → 100ms'
    expect(draw(side(0), side(29))[0]).toBe(`B tends to be slower, ${words}`)
    expect(draw(side(29), side(0))[0]).toBe(`B tends to be faster, ${words}`)
    expect(draw(side(0), side(0))[0]).toBe('no difference in time that counts: 100ms → 100ms')
  })

  test('so it is where an operation changed', () => {
    expect(draw(side(0), side(29, 40)).slice(0, 2)).toEqual([
      'B tends to be slower, but the medians differ too little to count: 100ms → 100ms;',
      '1 operation changed',
    ])
  })
})

test('the same trace twice: no difference, and nothing to read on', () => {
  const lines = draw([checkout(3, false)], [checkout(3, false)])
  expect(lines[0]).toBe('no difference in time that counts: 310ms → 310ms')
  expect(lines.join('\n')).not.toContain('where it comes from')
  expect(lines).toContain('└ 6 more, all the same')
})

test('faster: the fastest first', () => {
  const lines = draw([checkout(30, true)], [checkout(3, false)])
  expect(lines[0]).toMatch(/^faster: 850ms → 310ms, -540ms \(-64%\)$/)
  expect(lines[1]).toMatch(/^most of it: -486ms \(90% of it\) in redis GET, cart$/)
})

/** A cart, and then a stock. */
const two = (first: number, second: number) =>
  makeTrace(
    { id: 1, name: 'GET /', ms: first + second },
    { id: 2, parent: 1, name: 'cart', ms: first },
    { id: 3, parent: 1, name: 'stock', at: first, ms: second },
  )

describe('what nobody waits for', () => {
  const order = (own: number, mail: number, kind: Sketch['kind'] = 'consumer') =>
    makeTrace(
      { id: 1, name: 'POST /order', service: 'web', ms: own },
      { id: 2, parent: 1, name: 'mail', service: 'mail', kind, at: 90, ms: mail },
      { id: 3, parent: 2, name: 'send', service: 'smtp', at: 95, ms: mail - 10 },
    )

  test('is not where a slower request comes from, nor is what it calls', () => {
    const lines = draw([order(100, 110)], [order(130, 810)])
    expect(lines[1]).toBe('most of it: +30.0ms (100% of it) in POST /order, web')
    expect(lines.filter((line) => /^ +[+-]\d/.test(line))).toEqual(['   +30.0ms  POST /order  web'])
    expect(lines.join('\n')).toMatch(/mail .* \+700ms/)
  })

  test('is told where the request takes as long as before', () => {
    expect(draw([order(100, 110)], [order(100, 810)]).join('\n')).toMatch(/^ +\+700ms {2}send {2}smtp$/m)
  })

  test('counts once any call of it was waited for, whichever trace comes first', () => {
    const job = (marks: Sketch['marks'], ms: number) =>
      makeTrace(
        { id: 1, name: 'POST /order', service: 'shop', ms: marks ? 100 : 100 + ms },
        { id: 2, parent: 1, name: 'mail', service: 'shop', at: 50, ms, ...(marks && { marks }) },
      )
    const [free, bound] = [job(['follows-parent'], 200), job(undefined, 380)]
    expect(draw([free], [bound])[1]).toMatch(/ \+180ms \(47% of it\) in mail, shop$/)
    expect(draw([bound], [free])[1]).toMatch(/ -180ms \(47% of it\) in mail, shop$/)
  })

  test('is no consumer: a call counts', () => {
    expect(draw([order(1000, 110, 'server')], [order(1700, 810, 'server')])[1]).toMatch(/ in send, smtp$/)
  })
})

test('ranks that say the opposite of the medians are told, and no advice of more traces', () => {
  const of = (...parts: (readonly [traces: number, ms: number])[]) =>
    parts.flatMap(([traces, ms]) =>
      Array.from({ length: traces }, () => makeTrace({ id: 1, name: 'GET /', ms })),
    )
  const [a, b] = [of([27, 50], [33, 100]), of([33, 80], [27, 900])]
  const lines = draw(a, b)
  expect(lines[0]).toBe('B tends to be slower, though its median is shorter: 100ms → 80.0ms, -20.0ms')
  expect(draw(b, a)[0]).toBe('B tends to be faster, though its median is longer: 80.0ms → 100ms, +20.0ms')
  expect(lines.join(' ')).toContain('(-20%) there are fast and slow traces, and some')
  expect(lines.join(' ')).not.toMatch(/too few|more traces/)
})

test('half of it is not most of it', () => {
  const half = draw([two(100, 100)], [two(300, 300)])
  expect(half[0]).toBe('slower: 200ms → 600ms, +400ms (+200%)')
  expect(half[1]).toMatch(/^half of it: \+200ms in (cart|stock), shop$/)
  expect(draw([two(100, 100)], [two(304, 296)])[1]).toBe('most of it: +204ms (51% of it) in cart, shop')
})

test('what is more than all of it is not called a part of it', () => {
  const lines = draw([two(100, 100)], [two(300, 50)])
  expect(lines[0]).toBe('slower: 200ms → 350ms, +150ms (+75%)')
  expect(lines[1]).toBe('the largest change: +200ms in cart, shop')
})

describe('calls at the same time that got slower together', () => {
  const calls = (...times: number[]) =>
    makeTrace(
      { id: 1, name: 'GET /', ms: Math.max(...times) + 10 },
      ...times.map((ms, i) => ({ id: 2 + i, parent: 1, name: `q${i}`, ms })),
    )

  test('none of those that are alike is most of it', () => {
    const lines = draw([calls(90, 90, 90, 90)], [calls(120, 120, 120, 120)])
    expect(lines[0]).toBe('slower: 100ms → 130ms, +30.0ms (+30%)')
    expect(lines[1]).toBe('the largest change, one of 4 alike: +30.0ms in q0, shop')
  })

  test('nor is the largest of several', () => {
    const lines = draw([calls(60, 90, 60)], [calls(100, 120, 60)])
    expect(lines[0]).toBe('slower: 100ms → 130ms, +30.0ms (+30%)')
    expect(lines[1]).toBe('the largest change: +40.0ms in q0, shop')
    expect(draw([calls(60, 90)], [calls(85, 120)])[1]).toBe('the largest change: +30.0ms in q1, shop')
  })

  test('a little beside it takes nothing from it', () => {
    expect(draw([calls(10, 90)], [calls(15, 190)])[1]).toBe('most of it: +100ms (100% of it) in q1, shop')
    expect(draw([calls(10, 90)], [calls(25, 190)])[1]).toBe('the largest change: +100ms in q1, shop')
  })
})

test('of what did all but a little of it, that it did not do all of it', () => {
  const lines = draw([two(10, 9990)], [two(3, 1)])
  expect(lines[0]).toBe('faster: 10.0s → 4.00ms, -10.0s (-99.9%)')
  expect(lines[1]).toBe('most of it: -9.99s (>99% of it) in stock, shop')
})

test('a difference that nearly counts is not told as one that counts', () => {
  const lines = draw([two(500, 500)], [two(746, 500)])
  expect(lines[0]).toBe('no clear difference in all: 1.00s → 1.25s, +246ms (+24.6%); but 1 operation')
  expect(draw([two(500, 500)], [two(500.4, 500)])[0]).toMatch(/\+400µs \(<0\.1%\)$/)
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
  const slower = list(lines, 'what differs, and may be chance, by self time')
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

test('one slower and one faster: nothing in all, and both are told', () => {
  const sides = (x: number, y: number) =>
    makeTrace(
      { id: 1, name: 'GET /', ms: 100 },
      { id: 2, parent: 1, name: 'x', ms: x },
      { id: 3, parent: 1, name: 'y', at: x, ms: y },
    )
  const lines = draw([sides(20, 70)], [sides(70, 20)])
  expect(lines[0]).toBe('no clear difference in all: 100ms → 100ms; but 2 operations changed')
  expect(lines[1]).toBe('the largest part: +50.0ms in x, shop')
})

test.each<[string, Sketch[]]>([
  ['whose parent is not there', [{ id: 3, parent: 9, name: 'lost', ms: 5 }]],
  [
    'whose parents lead in a circle',
    [
      { id: 3, parent: 4, name: 'lost', ms: 5 },
      { id: 4, parent: 3, name: 'below', at: 1, ms: 2 },
    ],
  ],
])('spans %s stand below a line that says so', (_, lost) => {
  const trace = makeTrace({ id: 1, name: 'GET /', ms: 100 }, ...lost)
  const lines = draw([trace], [trace], { full: true })
  const at = lines.indexOf('below spans that are not in the trace, or that lead in a circle')
  expect(lines[at - 1]).toMatch(/^GET \//)
  expect(lines[at + 1]).toMatch(/^lost/)
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

test.each([
  [0, '0s'],
  [1_500_000, '+1.50ms'],
  [-61e9, '-1m 01s'],
])('%d ns is %s', (nanos, text) => {
  expect(signedDuration(nanos, 'µs')).toBe(text)
})

test.each([
  [54, 100, '+54%'],
  [-4, 1000, '-0.4%'],
  [0, 1e6, '0%'],
  // Not nothing is not 0 %, and what is left is not -100 %.
  [1, 1e6, '<0.1%'],
  [-1, 1e6, '<0.1%'],
  [5, 1e4, '<0.1%'],
  [1, 1e3, '+0.1%'],
  [-995, 1000, '-99.5%'],
  [-9996, 1e4, '-99.9%'],
  [-994, 1000, '-99%'],
  [-100, 100, '-100%'],
  [999.6, 100, '+1000%'],
  [5, 0, ''],
])('%d of %d is "%s"', (delta, before, text) => {
  expect(signedPercent(delta, before)).toBe(text)
})

test.each([
  // As a share that counts from a quarter on, it is on the side of it that it is on.
  [246, 1000, 0.25, '+24.6%'],
  [249.999, 1000, 0.25, '+24.9%'],
  [244, 1000, 0.25, '+24%'],
  [250, 1000, 0.25, '+25%'],
  [254, 1000, 0.25, '+25%'],
  [54, 1000, 0.0535, '+5.4%'],
  [53.6, 1000, 0.0535, '+5.4%'],
  [-246, 1000, 0.25, '-25%'],
])('%d of %d, where %d counts, is %s', (delta, before, counts, text) => {
  expect(signedPercent(delta, before, counts)).toBe(text)
})

test.each([
  [1, '25%'],
  [4, '12.5%'],
  [20, '5.6%'],
  [25, '5%'],
])(
  'of %i traces a side, from where on a difference counts is told as it is counted: %s',
  (count, percent) => {
    const many = Array.from({ length: count }, () => checkout(1, false))
    const text = draw(many, many, { width: 200 }).join('\n')
    expect(text).toContain(`A difference counts when it is at least ${percent} of the smaller time, and `)
  },
)

test('large numbers of operations are written alike wherever they stand', () => {
  const wide = makeTrace(
    { id: 1, name: 'GET /', ms: 5000 },
    ...Array.from({ length: 1200 }, (_, i) => ({ id: 2 + i, parent: 1, name: `n${i}`, at: i, ms: 1 })),
  )
  const text = draw([wide], [wide]).join('\n')
  expect(text).toContain('1,200 more, all the same')
  expect(text).toContain('1,200 operations left out')
  const mixed = makeTrace({ id: 1, name: 'GET /', ms: 5000 }, { id: 2, parent: 1, name: 'n0', ms: 1 })
  expect(draw([wide], [mixed]).join('\n')).toContain('1,188 more: 1,187 gone, 1 the same')
})
