import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { nextRow } from '../../../src/trace/view/moves.ts'
import { runsOf } from '../../property-runs.ts'
import { anyTrace } from '../any-trace.ts'
import { type Walk, walkThrough } from './walk.ts'

const KEYS = [
  ...['up', 'down', 'pageup', 'pagedown', 'home', 'end', 'left', 'right', 'return', 'escape', 'backspace'],
  ...['e', 'E', 'c', 'n', 'N', '+', '-', '?', '/', ' ', 'a', 'é', 'i', 'q'],
]
const anyKeys = fc.array(fc.constantFrom(...KEYS), { maxLength: 25 })
const someTrace = anyTrace.filter(({ spans }) => spans.length > 0)
const anySize = fc.record({
  columns: fc.integer({ min: 1, max: 200 }),
  rows: fc.integer({ min: 1, max: 60 }),
})

test('whatever is pressed: the cursor has a row, on the screen; no line is too wide, and none moves the cursor', () => {
  fc.assert(
    fc.property(someTrace, anyKeys, anySize, fc.boolean(), (trace, keys, size, unicode) => {
      const { state, lines } = walkThrough(trace, size, unicode).press(...keys)
      const line = state.rows.lineOf[state.cursor] ?? -1
      expect(state.rows.lines[line]).toBe(state.cursor)
      expect(lines.length).toBeLessThanOrEqual(size.rows)
      for (const one of lines)
        expect({ one, wide: stringWidth(one) > size.columns }).toEqual({ one, wide: false })
      expect(lines.join('')).not.toMatch(/\p{Cc}/u)
      const isDrawn = size.columns >= 24 && size.rows >= 6
      if (isDrawn && !state.page) expect(lines.filter((one) => one.startsWith('>'))).toHaveLength(1)
    }),
    { numRuns: runsOf(300) },
  )
})

test('what is folded is unfolded by the opposite key', () => {
  fc.assert(
    fc.property(someTrace, anyKeys, (trace, keys) => {
      const before = walkThrough(trace).press(...keys, 'escape', 'escape')
      if (before.state.page) return
      const shut = before.press('left')
      const hasFolded = shut.state.rows.lines.length < before.state.rows.lines.length
      if (hasFolded && shut.on === before.on) expect(shut.press('right').names).toEqual(before.names)
      const wide = before.press('right')
      if (wide.state.rows.lines.length > before.state.rows.lines.length)
        expect(wide.press('left').names).toEqual(before.names)
    }),
  )
})

test('e meets every failed span once before it comes round', () => {
  fc.assert(
    fc.property(someTrace, (trace) => {
      const membersOf = ({ state }: Walk) => state.rows.fold(state.cursor)?.members ?? [state.cursor]
      let walk = walkThrough(trace)
      const begin = membersOf(walk)
      const { tree } = walk.scene
      const met: number[] = []
      for (;;) {
        const found = nextRow(walk.scene, walk.state, (node) => tree.hasFailed(node), 1)
        if (!found || found.wentRound) break
        walk = walk.press('e')
        met.push(...membersOf(walk))
      }
      const failed = [...tree.spans.keys()].filter((node) => tree.hasFailed(node))
      expect(met.sort((a, b) => a - b)).toEqual(failed.filter((node) => !begin.includes(node)))
    }),
  )
})
