import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { drawnPath, TimeOnPath } from '../../../src/trace/analysis/critical-path.ts'
import { maskTrace } from '../../../src/trace/masking.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import { glyphsFor, type Pen, WORDS } from '../../../src/trace/render/glyphs.ts'
import { renderHtml } from '../../../src/trace/render/html.ts'
import { spanDetails } from '../../../src/trace/render/span-details.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { runsOf } from '../../property-runs.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeSpan, makeTrace } from '../make.ts'
import { anyOtlpTrace } from '../rich.ts'

const pens = (width: number): Pen[] => [
  { width, glyphs: glyphsFor(true), style: UNSTYLED },
  { width, glyphs: glyphsFor(false), style: UNSTYLED },
  { width, glyphs: WORDS, style: UNSTYLED, full: true },
]

function details(trace: Trace, node: number, pen: Pen, way: 'steps' | 'line' = 'steps'): string[] {
  const tree = buildTree(trace)
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  return [...spanDetails({ tree, node, onPath, zeroNanos: 0, way }, pen)]
}

const withParts = (parts: Partial<Span>): Trace => {
  const trace = makeTrace({ id: 1, ms: 10 })
  return { ...trace, spans: [{ ...makeSpan({ id: 1, ms: 10 }), ...parts }] }
}

const [unicode, ascii] = pens(80) as [Pen, Pen, Pen]

test('of any span no line is wider than the terminal, and nothing steers it', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyOtlpTrace, anyTrace),
      fc.nat(),
      fc.integer({ min: 40, max: 200 }),
      fc.constantFrom('steps' as const, 'line' as const),
      (trace, pick, width, way) => {
        if (trace.spans.length === 0) return
        for (const pen of pens(width)) {
          for (const line of details(trace, pick % trace.spans.length, pen, way)) {
            expect(stringWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(width)
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
            expect(stripVTControlCharacters(line)).toBe(line)
          }
        }
      },
    ),
    { numRuns: runsOf(150) },
  )
})

describe('a stack says a message of several lines again: none of them stands there twice', () => {
  const MESSAGE = 'expected values to be equal:\n\n  1 !== 2'
  const FRAMES = '    at f (a.js:1)\n    at g (b.js:2)'
  const exceptionOf = (parts: { type?: string; message: string; stack: string; pen?: Pen }) => {
    const { type, message, stack, pen = ascii } = parts
    const attributes = [
      ...(type === undefined ? [] : [['exception.type', type] as const]),
      ['exception.message', message] as const,
      ['exception.stacktrace', stack] as const,
    ]
    const events = [{ name: 'exception', timeNanos: EPOCH, attributes }]
    const lines = details(withParts({ status: 'error', events }), 0, pen)
    return lines.slice(lines.indexOf('exception (+0s)') + 1, lines.indexOf('events (1)') - 1)
  }
  const stackOf = (parts: Parameters<typeof exceptionOf>[0]) => {
    const above = [...(parts.type === undefined ? [] : [parts.type]), ...parts.message.split(/\r?\n/)]
    const lines = exceptionOf(parts)
    expect(lines.slice(0, above.length)).toEqual(above.map((line) => `  ${line.replaceAll('\t', '  ')}`))
    return lines.slice(above.length)
  }
  const bare = ['    at f (a.js:1)', '    at g (b.js:2)']

  test.each([
    ['type and message', 'AssertionError', MESSAGE, `AssertionError: ${MESSAGE}\n${FRAMES}`],
    ['the message alone', 'AssertionError', MESSAGE, `${MESSAGE}\n${FRAMES}`],
    ['without a type', undefined, MESSAGE, `${MESSAGE}\n${FRAMES}`],
    ['the message begins with a line break', 'E', `\n${MESSAGE}`, `E: \n${MESSAGE}\n${FRAMES}`],
    ['the message holds the type', 'E', 'E of E', `E of E\n${FRAMES}`],
    ['the type holds the message', 'Error', 'r', `Error: r\n${FRAMES}`],
    ['the type alone', 'E', MESSAGE, `E\n${FRAMES}`],
    ['other line ends', 'E', 'one\r\ntwo', `E: one\ntwo\n${FRAMES}`],
    ['blanks at ends of lines', 'E', 'one\ntwo', `E: one \r\ntwo  \r\n${FRAMES}`],
    ['a message that ends with a line break', 'E', 'one\ntwo\n', `E: one\ntwo\n${FRAMES}`],
    ['the stack has not got all of the message', 'E', 'one\ntwo\nthree', `E: one\ntwo\n${FRAMES}`],
    ['only the first line', 'E', 'one\ntwo', `E: one\n${FRAMES}`],
    [
      'a message that holds frames',
      'E',
      'inner\n    at x (x.js:9)',
      `E: inner\n    at x (x.js:9)\n${FRAMES}`,
    ],
  ])('%s', (_, type, message, stack) => {
    expect(stackOf({ ...(type !== undefined && { type }), message, stack })).toEqual(bare)
  })
})

test('a secret in any part is masked', () => {
  const secret = 'sk_live_51H8xAbCdEfGhIjKl'
  const attributes = [['note', `uses ${secret}`]] as const
  const { trace } = maskTrace(
    withParts({
      name: `call ${secret}`,
      status: 'error',
      statusMessage: `refused ${secret}`,
      attributes,
      resource: attributes,
      scope: { name: `lib ${secret}`, attributes },
      links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), attributes }],
      events: [
        {
          name: `exception`,
          timeNanos: EPOCH,
          attributes: [
            ['exception.message', secret],
            ['exception.stacktrace', `Error: x\n at ${secret}`],
          ],
        },
        { name: `said ${secret}`, timeNanos: EPOCH, attributes },
      ],
    }),
  )
  for (const pen of pens(80)) expect(details(trace, 0, pen).join('\n')).not.toContain('sk_live')
})

test('what a span has dropped is told, also where nothing of it is left', () => {
  const dropped = { attributes: 3, events: 120, links: 1 }
  const trace = withParts({ dropped, events: [{ name: 'retry', timeNanos: EPOCH, attributes: [] }] })
  const lines = details(trace, 0, unicode)
  expect(lines).toContain('attributes (0, 3 dropped)')
  expect(lines).toContain('events (1, 120 dropped)')
  expect(lines).toContain('links (0, 1 dropped)')
  const masked = details(maskTrace(trace).trace, 0, unicode)
  expect(masked).toContain('events (1, 120 dropped)')
  expect([...renderHtml(buildTree(trace), { source: { name: 'file x.json' } })].join('')).toContain(
    '120 events',
  )
})
