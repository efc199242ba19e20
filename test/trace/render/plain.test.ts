import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { renderPlain } from '../../../src/trace/render/waterfall/plain.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { makeTrace, type Sketch } from '../make.ts'

const CHECKOUT: Sketch[] = [
  { id: 1, name: 'POST /checkout', service: 'frontend', ms: 480, status: 'error' },
  { id: 2, parent: 1, name: 'load cart', service: 'cart', at: 10, ms: 60 },
  ...Array.from({ length: 12 }, (_, i): Sketch => {
    return { id: 20 + i, parent: 2, name: 'redis GET', service: 'cart', at: 12 + i * 4, ms: 3 }
  }),
  {
    id: 3,
    parent: 1,
    name: 'charge',
    service: 'payment',
    at: 80,
    ms: 400,
    status: 'error',
    message: 'declined',
  },
  { id: 6, parent: 99, name: 'lost', service: 'cart', at: 100, ms: 20 },
]

test('a checkout as text to be heard or searched', () => {
  const lines = [...renderPlain(buildTree(makeTrace(...CHECKOUT)), { width: 80 })]
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    trace 11223344556677888899aabbccddeeff, 480ms, 16 spans, 3 services
    ERROR 2 errors, 2026-09-21T14:13:20.000Z

    where the errors began
      ERROR charge  payment  0000000000000003
        declined

    slowest by self time
        400ms  83%  charge          payment   0000000000000003
       24.0ms   5%  load cart       cart      0000000000000002
       20.0ms   4%  POST /checkout  frontend  0000000000000001

    repeated calls (N+1?)
      12 times redis GET  cart  0000000000000014
        under load cart: 36.0ms in all, about 3.00ms each, one after another

    ERROR POST /checkout  480ms  frontend  at 0s  critical 20.0ms  self 20.0ms
      load cart  60.0ms  cart  at 10.0ms  critical 24.0ms  self 24.0ms
        12 times redis GET  36.0ms in all  cart  at 12.0ms  p50 3.00ms  p99 3.00ms
      ERROR charge  400ms  payment  at 80.0ms  critical 400ms
    1 span under 0000000000000063, which is not in the trace:
    lost  20.0ms  cart  at 100ms  critical 20.0ms of its part

    12 spans folded into 1 row; --unfold shows each
    "
  `)
  expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/)
})

test('no line is too wide or steers a terminal, for any trace', () => {
  fc.assert(
    fc.property(anyTrace, fc.integer({ min: 40, max: 250 }), (trace, width) => {
      for (const line of renderPlain(buildTree(trace), { width })) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/[\u0000-\u001f\u202e]/)
      }
    }),
  )
})
