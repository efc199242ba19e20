import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdIndex, readIds, readWholeLines } from '../../../src/commands/trace/batch/id-list.ts'
import type { GrowingFile } from '../../../src/ports/ports.ts'
import { safeJson } from '../../../src/text/safe-text.ts'
import { LINE_SHAPES, traceLine } from '../../../src/trace/formats/json-export.ts'
import { TRACE_LINES } from '../../../src/trace/formats/output-choices.ts'
import { makeTrace, spanId } from '../../trace/make.ts'

const ids = ['a1', 'b2', 'c3'].map((part) => part.repeat(16))
const traces = ids.map((traceId, i) => ({
  ...makeTrace({ id: 10 * i + 1, name: 'é\n' }, { id: 10 * i + 2, parent: 10 * i + 1 }),
  traceId,
}))

/** A file that gives at most so many bytes at once. */
const fileOf = (bytes: Buffer, piece: number): GrowingFile => ({
  size: bytes.length,
  read: (position, length) => bytes.subarray(position, position + Math.min(length, piece)),
  cut: () => {},
  append: () => {},
  close: async () => {},
})

describe.each(TRACE_LINES)(
  'an output of %s that was cut off anywhere, read in pieces of any size',
  (format) => {
    const lines = traces.map((trace) => traceLine(format, trace, safeJson))
    const all = Buffer.concat(lines)

    it('whole lines are known with their ids, and what follows is not', () => {
      // A trace id, a 64-bit id, a span id of the third; one that is not there, and one whose low half alone is.
      const other = `${'ee'.repeat(8)}${ids[0]?.slice(16)}`
      const wanted = readIds(
        `${ids[0]}\n${ids[1]?.slice(16)}\n${spanId(22)}\n${'d4'.repeat(16)}\n${other}`,
        'list',
      )
      const index = new IdIndex(wanted)
      fc.assert(
        fc.property(fc.nat(all.length), fc.integer({ min: 1, max: 400 }), (cut, piece) => {
          const held = readWholeLines(fileOf(all.subarray(0, cut), piece), LINE_SHAPES[format], index)
          const ends = lines.map((_, i) => Buffer.concat(lines.slice(0, i + 1)).length)
          // A line whose line break alone is missing is whole.
          const count = ends.filter((end) => end - 1 <= cut).length
          expect(held.foreign).toBeUndefined()
          expect(held.size).toBe(Math.min(ends[count - 1] ?? 0, cut))
          expect(held.isUnended).toBe(ends[count - 1] === cut + 1)
          expect([...held.traces]).toEqual(ids.slice(0, count))
          expect([...held.done]).toEqual(wanted.slice(0, count))
        }),
      )
    })

    it.each(['x', '\n', '{}\n', '{"a":1}', '{"traceId":"zz"}\n', '{"resourceSpans":[]}\n'])(
      '%j is foreign',
      (text) => {
        const held = readWholeLines(
          fileOf(Buffer.concat([all, Buffer.from(text)]), 1 << 20),
          LINE_SHAPES[format],
          new IdIndex([]),
        )
        expect(held.foreign).toBe(4)
      },
    )
  },
)
