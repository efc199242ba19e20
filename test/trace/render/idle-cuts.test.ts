import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { activityOf } from '../../../src/trace/analysis/idle.ts'
import type { Scale } from '../../../src/trace/formats/output-choices.ts'
import { renderHtml } from '../../../src/trace/render/markup/html.ts'
import { renderSvg } from '../../../src/trace/render/markup/svg.ts'
import { cutIdle } from '../../../src/trace/render/time/cuts.ts'
import { stepAt, timeWindow } from '../../../src/trace/render/time/window.ts'
import { renderWaterfall } from '../../../src/trace/render/waterfall/waterfall.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { makeTrace, type Sketch } from '../make.ts'
import { walkThrough } from '../view/walk.ts'

/** An order goes into a queue, and is shipped 98 seconds later, in two steps. */
const QUEUE: Sketch[] = [
  { id: 1, name: 'POST /orders', service: 'shop', ms: 1.4, kind: 'server' },
  { id: 2, parent: 1, name: 'publish', service: 'shop', at: 0.4, ms: 0.8, kind: 'producer' },
  { id: 3, parent: 2, name: 'ship', service: 'stock', at: 98_000, ms: 3, kind: 'consumer' },
  { id: 4, parent: 3, name: 'SELECT', service: 'stock', at: 98_000.5, ms: 1 },
  { id: 5, parent: 3, name: 'UPDATE', service: 'stock', at: 98_001.8, ms: 1 },
]

function rows(sketches: readonly Sketch[], width: number, scale: Scale = 'linear', unicode = true): string {
  const options = { width, unicode, style: UNSTYLED, scale }
  const lines = [...renderWaterfall(buildTree(makeTrace(...sketches)), options)]
  const from = lines.findIndex((line) => /^~|[│|]0/.test(line))
  return `\n${lines.slice(from, lines.indexOf('', from)).join('\n')}\n`
}

test('of a part of the axis the idle time in that part is told', () => {
  const zoom = { fromNanos: 0, toNanos: 40e9 }
  const options = { width: 80, unicode: true, style: UNSTYLED, scale: 'linear', zoom } as const
  expect([...renderWaterfall(buildTree(makeTrace(...QUEUE)), options)].join('\n')).not.toContain('idle cut')
})

describe('a trace that waits in a queue', () => {
  test('shows its bars, and says what was cut', () => {
    expect(rows(QUEUE, 80)).toMatchInlineSnapshot(`
      "
      ~ 1m 38s idle cut ~ (--scale fit shows it)
                                    │0                ~│1m38s
      POST /orders    shop  1.40ms  █████━━━━━━━━━━██▏
      └ publish              800µs      ▕█████████▋
        └ ship       stock  3.00ms                     ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
          ├ SELECT          1.00ms                     ╺━━━━━━━━━━━━
          └ UPDATE          1.00ms                                     ━━━━━━━━━━━━╸
      "
    `)
    expect(rows(QUEUE, 60)).toMatchInlineSnapshot(`
      "
      ~ 1m 38s idle cut ~ (--scale fit shows it)
                                  │0         ~│1m38s
      POST /orders    shop 1.40ms ███━━━━━━██
      └ publish             800µs    ██████▍
        └ ship       stock 3.00ms             ╺━━━━━━━━━━━━━━━━━━━
          ├ SELECT         1.00ms             ╺━━━━━━━╸
          └ UPDATE         1.00ms                       ╺━━━━━━━╸
      "
    `)
    expect(rows(QUEUE, 60, 'linear', false)).toMatchInlineSnapshot(`
      "
      ~ 1m 38s idle cut ~ (--scale fit shows it)
                                  |0         ~|1m38s
      POST /orders    shop 1.40ms ###======##
      \`-publish             800us    #######
        \`-ship       stock 3.00ms             ====================
          |-SELECT         1.00ms             =========
          \`-UPDATE         1.00ms                       =========
      "
    `)
  })

  test('shows its true axis with --scale fit', () => {
    expect(rows(QUEUE, 60, 'fit')).toMatchInlineSnapshot(`
      "
                                  │0              │50s
      POST /orders    shop 1.40ms ▏
      └ publish             800µs ▏
        └ ship       stock 3.00ms                                ╺
          ├ SELECT         1.00ms                                ╺
          └ UPDATE         1.00ms                                ╺
      "
    `)
  })
})

/** A message waits for 4.9 s; its consumer runs for 10 s, and makes its one call in the last of them. */
const CONSUMER: Sketch[] = [
  { id: 1, name: 'publish', ms: 100 },
  { id: 2, parent: 1, name: 'process', at: 5000, ms: 10_000, kind: 'consumer' },
  { id: 3, parent: 2, name: 'db', at: 14_000, ms: 1000 },
]

describe('a consumer that runs without a call in what is cut', () => {
  test('is not called idle, and its bar goes through the cut', () => {
    expect(rows(CONSUMER, 80)).toMatchInlineSnapshot(`
      "
      ~ 13.9s cut, 9.00s of it self time ~ (--scale fit shows it)
                                   │0    ~│14.0s
      publish         shop  100ms  ████▍
      └ process             10.0s       ━~━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
        └ db                1.00s        ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      "
    `)
    expect(rows(CONSUMER, 60, 'linear', false)).toMatchInlineSnapshot(`
      "
      ~ 13.9s cut, 9.00s of it self time ~ (--scale fit shows it)
                                 |0 ~|14.0s
      publish         shop 100ms ###
      \`-process            10.0s    ~=============================
        \`-db               1.00s     =============================
      "
    `)
  })

  test('nor is it while one of its calls is over and the next one is not there yet', () => {
    const later: Sketch = { id: 4, parent: 2, name: 'lock', at: 5000, ms: 10 }
    const text = rows([...CONSUMER, later], 80)
    expect(text).toContain('~ 13.9s cut in 2 places, 8.99s of it self time ~')
    expect(text).toMatch(/process .*━~━/)
    expect(text).not.toMatch(/(publish|db|lock) .*~/)
  })

  test('the walk says the same', () => {
    const walk = walkThrough(makeTrace(...CONSUMER), { columns: 120, rows: 24 })
    expect(walk.lines[0]).toContain('~ 13.9s cut, 9.00s of it self time ~')
    expect(walk.lines.find((line) => line.includes('process'))).toMatch(/~━/)
  })

  test('in a page and a picture its bar is broken there', () => {
    const tree = buildTree(makeTrace(...CONSUMER))
    const page = [...renderHtml(tree, {})].join('')
    const bars = [...page.matchAll(/<path class="[^"]*" d="([^"]*)"/g)].map(([, shape = '']) => shape)
    expect(bars.map((shape) => shape.split('z').length - 1)).toEqual([1, 2, 1])
    const picture = [...renderSvg(tree, {})].join('')
    expect(picture.split('<g>').map((row) => row.split('<rect').length - 1)).toEqual([1, 1, 2, 1])
    for (const text of [page, picture]) expect(text).toContain('~ 13.9s cut, 9.00s of it self time ~')
  })

  test('of a hundredth of the time nothing is said, and a bar that is hardly shorter is whole', () => {
    const lately = CONSUMER.map((sketch) => (sketch.id === 2 ? { ...sketch, at: 13_990, ms: 1010 } : sketch))
    expect(rows(lately, 80)).toContain('~ 13.9s idle cut ~')
    expect(rows(lately, 80)).not.toMatch(/process .*~/)
  })
})

const windowOf = (sketches: readonly Sketch[]) => {
  const tree = buildTree(makeTrace(...sketches))
  return cutIdle(timeWindow(tree), tree)
}

describe('what is cut', () => {
  const apart = (ms: number, pause: number, count = 2): Sketch[] =>
    Array.from({ length: count }, (_, i) => ({ id: i + 1, at: i * (ms + pause), ms }))

  test.each<[string, Sketch[], number | undefined]>([
    ['a pause longer than all that ran', apart(10, 21), 1],
    ['not one as long as that', apart(10, 20), undefined],
    ['each pause that is long', apart(10, 100, 4), 3],
    ['none of a poller, whose pauses are a rhythm', apart(1, 1000, 10), undefined],
    [
      'not what a root does itself',
      [
        { id: 1, ms: 1000 },
        { id: 2, parent: 1, ms: 1 },
      ],
      undefined,
    ],
    ['nothing where nothing took time', apart(0, 100), undefined],
    [
      'while a consumer runs, but none of its calls',
      [
        { id: 1, ms: 2 },
        { id: 2, parent: 1, at: 1, ms: 5000, kind: 'consumer' },
        { id: 3, parent: 2, at: 2, ms: 3 },
        { id: 4, parent: 2, at: 4998, ms: 3 },
        { id: 5, parent: 2, at: 4999, ms: 3 },
        { id: 6, parent: 2, at: 4999, ms: 3 },
        { id: 7, parent: 2, at: 5000, ms: 1 },
      ],
      1,
    ],
  ])('%s', (_, sketches, cuts) => {
    expect(windowOf(sketches).cuts?.length).toBe(cuts)
  })
})

test('time that ran and time that did not are the whole window, less its ends', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      const { idle, busyNanos } = activityOf(tree, 0, tree.endNanos)
      const sum = idle.reduce((nanos, [from, to]) => nanos + to - from, busyNanos)
      expect(sum).toBeLessThanOrEqual(tree.endNanos + 1)
      for (const [from, to] of idle) expect(to).toBeGreaterThan(from)
    }),
  )
})

test('an axis with cuts never runs back, and its ends stay its ends', () => {
  const window = windowOf(QUEUE)
  const moments = fc.double({ min: -1e9, max: 1e11, noNaN: true })
  fc.assert(
    fc.property(moments, moments, (a, b) => {
      const [first, second] = [Math.min(a, b), Math.max(a, b)]
      expect(stepAt(window, first, 240)).toBeLessThanOrEqual(stepAt(window, second, 240))
    }),
  )
  expect(stepAt(window, window.startNanos, 240)).toBe(0)
  expect(stepAt(window, window.endNanos, 240)).toBe(240)
})
