import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { planRows } from '../../../src/trace/render/waterfall/rows.ts'
import { renderWaterfall, type WaterfallOptions } from '../../../src/trace/render/waterfall/waterfall.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeChain, makeTrace, type Sketch } from '../make.ts'

function draw(trace: Trace, options: Partial<WaterfallOptions> = {}): string[] {
  return [...renderWaterfall(buildTree(trace), { width: 80, unicode: true, style: UNSTYLED, ...options })]
}

const CHECKOUT: Sketch[] = [
  { id: 1, name: 'POST /checkout', service: 'frontend', ms: 480, status: 'error', kind: 'server' },
  { id: 2, parent: 1, name: 'load cart', service: 'cart', at: 10, ms: 60 },
  ...Array.from({ length: 12 }, (_, i) => ({
    id: 20 + i,
    parent: 2,
    name: 'redis GET',
    service: 'cart',
    at: 12 + i * 4,
    ms: 3,
  })),
  { id: 3, parent: 1, name: 'charge', service: 'payment', at: 80, ms: 400, status: 'error' },
  {
    id: 4,
    parent: 3,
    name: 'POST card-network',
    service: 'payment',
    at: 90,
    ms: 380,
    status: 'error',
    message: 'deadline exceeded',
  },
  { id: 5, parent: 1, name: 'send receipt', service: 'email', at: 470, ms: 38_210, kind: 'consumer' },
  { id: 6, parent: 99, name: 'lost', service: 'cart', at: 100, ms: 20 },
]

describe('what is said', () => {
  const text = draw(makeTrace(...CHECKOUT)).join('\n')
  test.each([
    ['the tail', /38\.2s async tail/],
    ['where it runs off', /┄▶ \+38\.2s/],
    ['the missing parent', /1 span under 0000000000000063, which is not in the trace/],
    ['the fold', /12× redis GET/],
    ['its figures', /p50 3\.00ms {2}p99 3\.00ms/],
    ['its sum', /Σ36\.0ms/],
    ['what is hidden and how to see it', /12 spans folded into 1 row; --unfold shows each/],
    [
      'where the errors began',
      /where the errors began\n {2}✗ POST card-network {2}payment {2}0000000000000004\n {4}deadline exceeded/,
    ],
    [
      'a loop of calls',
      /12× redis GET.*\n.*under load cart: 36\.0ms in all, about 3\.00ms each, one after another/,
    ],
    [
      'the slowest',
      /slowest by self time\n +38\.2s tail {2}send receipt .*\n +380ms +79% {2}POST card-network/,
    ],
    ['what the marks mean', /█ critical path/],
  ])('%s', (_, pattern) => {
    expect(text).toMatch(pattern)
  })
})

/** Whatever a trace says, no line may move the cursor, and none may wrap. */
function expectSound(lines: readonly string[], width: number): void {
  for (const line of lines) {
    expect(line).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udbff](?![\udc00-\udfff])/,
    )
    expect(stringWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(width)
    expect(line).toBe(line.trimEnd() === '' ? '' : line)
  }
}

test('no line is wider than the terminal, for any trace, at 20 to 250 columns', () => {
  fc.assert(
    fc.property(
      anyTrace,
      fc.integer({ min: 20, max: 250 }),
      fc.boolean(),
      fc.boolean(),
      (trace, width, unicode, fold) => {
        expectSound(draw(trace, { width, unicode, fold, now: Number(EPOCH / 1_000_000n) + 5e6 }), width)
      },
    ),
  )
})

test('every span has a row or is counted in a fold', () => {
  fc.assert(
    fc.property(anyTrace, fc.boolean(), (trace, fold) => {
      const tree = buildTree(trace)
      const { groups: strips, folds } = planRows(tree, fold)
      const shown = strips.flatMap(({ nodes }) => nodes.flatMap((node) => folds.get(node)?.members ?? [node]))
      expect(shown).toHaveLength(trace.spans.length)
      expect(new Set(shown.map((node) => tree.span(node)))).toEqual(new Set(trace.spans))
    }),
  )
})

test('20,000 levels are drawn: a chain as one level, branches as far as they fit', () => {
  const chain = draw(makeChain(20_000))
  expect(chain.some((line) => line.startsWith('↳ span 20000 '))).toBe(true)
  const branches = Array.from({ length: 20_000 }, (_, i) => ({ id: i + 2, parent: i - (i % 2) + 1 }))
  const lines = draw(makeTrace({ id: 1 }, ...branches))
  expect(lines.some((line) => /^[│ ]+⋯9999 /.test(line))).toBe(true)
  expectSound(chain.slice(-200), 80)
  expectSound(lines.slice(-200), 80)
})
