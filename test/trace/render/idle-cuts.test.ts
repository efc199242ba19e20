import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Scale } from '../../../src/trace/formats/output-choices.ts'
import { renderWaterfall } from '../../../src/trace/render/waterfall/waterfall.ts'
import { cutIdle, stepAt, timeWindow } from '../../../src/trace/render/window.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { makeTrace, type Sketch } from '../make.ts'

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
