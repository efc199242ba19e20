import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { renderPlain } from '../../../src/trace/render/waterfall/plain.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'

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
