import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { drawnPath } from '../../../src/trace/analysis/roots-path.ts'
import { TimeOnPath } from '../../../src/trace/analysis/time-on-path.ts'
import { maskTrace } from '../../../src/trace/masking.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import { glyphsFor, WORDS } from '../../../src/trace/render/glyphs.ts'
import { renderHtml } from '../../../src/trace/render/markup/html.ts'
import type { Pen } from '../../../src/trace/render/pen.ts'
import { brokenLines } from '../../../src/trace/render/span-details/broken-lines.ts'
import { spanDetails } from '../../../src/trace/render/span-details/span-details.ts'
import { renderPlain } from '../../../src/trace/render/waterfall/plain.ts'
import { renderWaterfall } from '../../../src/trace/render/waterfall/waterfall.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { runsOf } from '../../property-runs.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeChain, makeSpan, makeTrace, type Sketch } from '../make.ts'
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

test('ids are whole from 40 columns on', () => {
  const parts = { links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), attributes: [] }] }
  const { traceId } = withParts(parts)
  for (let width = 40; width <= 200; width++) {
    for (const pen of pens(width)) {
      const text = details(withParts(parts), 0, pen).join('\n')
      for (const id of [traceId, 'ab'.repeat(16), 'cd'.repeat(8), '0000000000000001'])
        expect(text).toMatch(new RegExp(`(^| )${id}$|(^| )${id}  `, 'm'))
    }
  }
})

test('nothing is lost of a text that is broken but blanks', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 4, max: 60 }),
      (text, width) => {
        const bare = (lines: readonly string[]) => lines.join('').replace(/\s/g, '')
        expect(bare(brokenLines(text, width))).toBe(bare(brokenLines(text, 100_000)))
      },
    ),
  )
})

describe('what is broken', () => {
  test('after blanks and commas, and never inside a word that fits', () => {
    expect(brokenLines('SELECT id,total,customer FROM orders', 16)).toEqual([
      'SELECT id,total,',
      'customer FROM',
      'orders',
    ])
    expect(brokenLines(`id ${'f'.repeat(32)} end`, 33)).toEqual(['id', 'f'.repeat(32), 'end'])
  })

  test('a word that has no room beside its name stands below it', () => {
    const text = details(
      withParts({ attributes: [['messaging.message.conversation_id', 'a'.repeat(50)]] }),
      0,
      unicode,
    )
    expect(text.join('\n')).toContain(
      `\n  messaging.message.conversation_id\n      ${'a'.repeat(50)}\n`.trimEnd(),
    )
  })
})

describe('stacks', () => {
  const stackOf = (stack: string) =>
    details(
      withParts({
        status: 'error',
        events: [
          {
            name: 'exception',
            timeNanos: EPOCH,
            attributes: [
              ['exception.type', 'ValueError'],
              ['exception.message', 'bad'],
              ['exception.stacktrace', stack],
            ],
          },
        ],
      }),
      0,
      ascii,
    )

  test('of Python: the last lines, which are those of the error', () => {
    const frames = Array.from({ length: 30 }, (_, i) => [
      `  File "/app/m${i}.py", line ${i}, in f`,
      '    f()',
    ]).flat()
    const lines = stackOf(['Traceback (most recent call last):', ...frames, 'ValueError: bad'].join('\n'))
    expect(lines).toContain('    and 42 more lines: --full')
    expect(lines).toContain('    File "/app/m29.py", line 29, in f')
    expect(lines).toContain('    ValueError: bad')
    expect(lines.join('\n')).not.toContain('m5.py')
  })

  test('of Python: source lines stand one step below their frames, with the marks below them', () => {
    const frames = ['  File "a.py", line 1, in f', '    raise ValueError(x)', '          ^^^^^^^^^^^^^']
    const lines = stackOf(['Traceback (most recent call last):', ...frames, 'ValueError: bad'].join('\n'))
    const drawn = [
      'Traceback (most recent call last):',
      ...frames.map((line) => line.slice(2)),
      'ValueError: bad',
    ]
    expect(lines.join('\n')).toContain(drawn.map((line) => `    ${line}`).join('\n'))
    const group = [
      '  + Exception Group Traceback (most recent call last):',
      '  |   File "a.py", line 1, in f',
    ]
    const nested = [...group, '  |     f()', '    | ValueError: bad']
    expect(stackOf(nested.join('\n')).join('\n')).toContain(
      nested.map((line) => `    ${line.slice(2)}`).join('\n'),
    )
  })

  test('a short one has all of its lines', () => {
    const lines = stackOf('ValueError: bad\r\n    at f (a.js:1)\r\n    at g (b.js:2)\r\n')
    expect(lines.slice(lines.indexOf('exception (+0s)'))).toEqual([
      'exception (+0s)',
      '  ValueError',
      '  bad',
      '    at f (a.js:1)',
      '    at g (b.js:2)',
      '',
      'events (1)',
      '  +0s  exception (above)',
    ])
  })
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

  test.each([
    ['java.lang.IllegalStateException: boom', 'boom'],
    ['Error: expected values to be equal:', MESSAGE],
    ["a.rb:3:in 'f': boom (E)", 'boom'],
  ])('a header that alone names the type stays: %s', (header, message) => {
    const rest = message
      .split('\n')
      .slice(1)
      .map((line) => `${line}\n`)
    const stack = `${header}\n${rest.join('')}${FRAMES}`
    expect(stackOf({ message, stack })).toEqual([`    ${header}`, ...bare])
    expect(stackOf({ message, stack: header })).toEqual([`    ${header}`])
  })

  test.each([
    ['the place, of Ruby', 'E', 'one\ntwo', "a.rb:3:in 'f': one (E)", 'two\n'],
    ['the place, of PHP', 'RuntimeException', 'boom', 'RuntimeException: boom in /app/x.php:12', ''],
    ['the cause, of .NET', 'System.Exception', 'outer', 'System.Exception: outer ---> IOException: disk', ''],
    [
      'a code',
      'AssertionError',
      MESSAGE,
      'AssertionError [ERR_X]: expected values to be equal:',
      '\n  1 !== 2\n',
    ],
    ['another message', 'TypeError', 'first', 'TypeError [ERR_X]: other', ''],
    ['another type', 'P2002', MESSAGE, 'PrismaError: expected values to be equal:', '\n  1 !== 2\n'],
    ['the whole message, where that is cut', 'E', 'one', 'E: one more', ''],
  ])('a header that says more stays: %s', (_, type, message, header, rest) => {
    expect(stackOf({ type, message, stack: `${header}\n${rest}${FRAMES}` })).toEqual([
      `    ${header}`,
      ...bare,
    ])
  })

  test('lines of the message that come later in the stack stay', () => {
    const later = `${FRAMES}\nCaused by: E: one\ntwo\n    at h (c.js:3)`
    const told = [...bare, '    Caused by: E: one', '    two', '    at h (c.js:3)']
    expect(stackOf({ type: 'E', message: 'one\ntwo', stack: `E: one\ntwo\n${later}` })).toEqual(told)
    const deep = `E: one\n${FRAMES}\ntwo`
    expect(stackOf({ type: 'E', message: 'one\ntwo', stack: deep })).toEqual([...bare, '    two'])
  })

  test('what only looks like the message stays', () => {
    const lines = ['    main.go:7 at start', '    two']
    expect(stackOf({ message: 't\ntwo', stack: 'main.go:7 at start\ntwo' })).toEqual(lines)
    const other = ['    other', ...bare]
    expect(stackOf({ type: 'E', message: 'one\ntwo', stack: `E: one\nother\n${FRAMES}` })).toEqual(other)
  })

  test('a second line that does not follow the first line of the message is no repeat', () => {
    const message = 'one\n    at f (a.js:1)'
    expect(stackOf({ type: 'E', message, stack: `E\n${FRAMES}` })).toEqual(bare)
    for (const header of ['E: other', 'E [ERR_X]: someone'])
      expect(stackOf({ type: 'E', message, stack: `${header}\n${FRAMES}` })).toEqual([
        `    ${header}`,
        ...bare,
      ])
  })

  test('of Python, where the message stands at the end, all of it stays', () => {
    const stack = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\nE: one\ntwo'
    const drawn = [
      'Traceback (most recent call last):',
      'File "a.py", line 1, in f',
      '  f()',
      'E: one',
      'two',
    ]
    const indented = drawn.map((line) => `    ${line}`)
    expect(stackOf({ type: 'E', message: 'one\ntwo', stack })).toEqual(indented)
  })

  test('a stack that is the message stays where that is cut', () => {
    const message = `E: one\n${Array.from({ length: 12 }, (_, i) => `    at f${i} (a.js:1)`).join('\n')}`
    expect(exceptionOf({ type: 'E', message, stack: message })).toContain('    at f11 (a.js:1)')
    const whole = exceptionOf({ type: 'E', message, stack: message, pen: { ...ascii, full: true } })
    expect(whole.filter((line) => line.includes('at f11'))).toHaveLength(1)
  })
})

test('an event without a time has a dash in its place', () => {
  const [span] = makeTrace({ id: 1, at: 5, ms: 10 }).spans
  const events = [
    { name: 'sent', timeNanos: undefined, attributes: [] },
    { name: 'exception', timeNanos: undefined, attributes: [['exception.type', 'ValueError'] as const] },
  ]
  for (const pen of pens(80)) {
    const lines = details({ ...makeTrace(), spans: [{ ...(span as Span), events }] }, 0, pen)
    expect(lines).toContain('  -  sent')
    expect(lines).toContain('exception')
  }
})

describe('an event of a span without a start', () => {
  const events = [
    { name: 'sent', timeNanos: EPOCH + 7_000_000n, attributes: [] },
    {
      name: 'exception',
      timeNanos: EPOCH + 3_000_000n,
      attributes: [['exception.type', 'ValueError'] as const],
    },
  ]
  const startless = (at: Pick<Sketch, 'marks'> = {}): Trace => {
    const trace = makeTrace({ id: 1, at: 5, ms: 10, ...at }, { id: 2, parent: 1, marks: ['start-missing'] })
    const spans = trace.spans.map((span) =>
      span.marks.length > 0 ? { ...span, startNanos: 0n, events } : span,
    )
    return { ...trace, spans }
  }

  test('is told from the start that the span is shown at', () => {
    for (const pen of pens(80)) {
      const lines = details(startless(), 1, pen)
      expect(lines).toContain('  +2.00ms  sent')
      expect(lines).toContain('exception (-2.00ms)')
    }
    const html = [...renderHtml(buildTree(startless()), { source: { name: 'file x.json' } })].join('')
    expect(html).toContain('event +2.00ms sent')
    expect(html).toContain('event -2.00ms exception')
  })

  test.each<[string, Pick<Sketch, 'parent'>]>([
    ['a root', {}],
    ['its own parent', { parent: 2 }],
    ['a parent that is not in the trace', { parent: 9 }],
  ])(
    'the note and the page say that a span without a parent is shown at the start of the trace: %s',
    (_, of) => {
      const trace = makeTrace({ id: 1, at: 5, ms: 10 }, { id: 2, ms: 1, marks: ['start-missing'], ...of })
      const tree = buildTree(trace)
      const node = tree.spans.findIndex(({ spanId }) => spanId === makeSpan({ id: 2 }).spanId)
      const note = 'without a start time: shown at the start of the trace'
      expect(details(trace, node, unicode).join('\n')).toContain(note)
      const html = [...renderHtml(tree, { source: { name: 'file x.json' } })].join('')
      expect(html).toContain(note)
      expect(html).not.toContain('at the start of the parent')
    },
  )

  test('has the time of day where no span of the trace has a start', () => {
    const trace = startless({ marks: ['start-missing'] })
    expect(details(trace, 1, unicode)).toContain('  2026-09-21T14:13:20.007000Z  sent')
    const html = [...renderHtml(buildTree(trace), { source: { name: 'file x.json' } })].join('')
    expect(html).toContain('event 2026-09-21T14:13:20.003000Z exception')
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

test('a long way is shown by its ends', () => {
  const lines = details(makeChain(60), 59, unicode)
  expect(lines).toContain('  … 48 more steps: --full')
  expect(lines.filter((line) => /^ {2}span \d+ .*shop/.test(line))).toHaveLength(12)
  expect(details(makeChain(60), 59, unicode, 'line').join(' ')).toMatch(/span 3 > … \(48 more\) > span 52/)
})

describe('the critical path', () => {
  const trace = makeTrace(
    { id: 1, ms: 1000 },
    { id: 2, parent: 1, at: 0, ms: 700 },
    { id: 3, parent: 2, at: 100, ms: 100 },
    { id: 4, parent: 1, at: 300, ms: 0 },
    { id: 5, parent: 1, at: 400, ms: 200, kind: 'consumer' },
    { id: 6, parent: 5, at: 450, ms: 50 },
    { id: 7, parent: 1, at: 500, ms: 500 },
  )
  const nodeOf = (id: number) =>
    buildTree(trace).spans.findIndex((span) => span.spanId === makeSpan({ id }).spanId)

  test.each([
    [2, 'a call beside it is'],
    [3, 'its caller is not, either'],
    [4, 'it took no time'],
    [5, 'nobody waited for this'],
    [6, 'nobody waited for this'],
  ])('span %i is off it, and why', (id, why) => {
    expect(details(trace, nodeOf(id), unicode)).toContain(`  critical path  not on it: ${why}`)
  })

  test('of two equal calls one is off it', () => {
    const tie = makeTrace(
      { id: 1, ms: 100 },
      { id: 2, parent: 1, at: 10, ms: 50 },
      { id: 3, parent: 1, at: 10, ms: 50 },
    )
    const texts = [1, 2].map((node) => details(tie, node, unicode).join('\n'))
    expect(texts.filter((text) => text.includes('not on it: a call beside it is\n'))).toHaveLength(1)
  })

  test('a span that ran before its caller is off it', () => {
    const early = makeTrace(
      { id: 1, at: 5, ms: 10 },
      { id: 2, parent: 1, at: 10, ms: 3 },
      { id: 3, parent: 2, at: 7, ms: 2 },
    )
    expect(details(early, 2, unicode).join('\n')).toMatch(
      /not on it(: it ended before a span above it began| by these clocks)/,
    )
  })

  test('a span that ran after its caller is off it, too', () => {
    const late = makeTrace({ id: 1, ms: 10 }, { id: 2, parent: 1, ms: 5 }, { id: 3, parent: 2, at: 7, ms: 2 })
    expect(details(late, 2, unicode)).toContain(
      '  critical path  not on it: it began after the end of a span above it',
    )
  })

  test('of a part beside the root, whose share it is', () => {
    const lost = makeTrace(
      { id: 1, ms: 10 },
      { id: 2, parent: 1, ms: 5 },
      { id: 3, parent: 9, at: 2, ms: 40 },
    )
    const lines = [0, 1, 2].map((node) => details(lost, node, unicode).join('\n'))
    expect(lines[0]).toContain('  critical path  5.00ms, 50% of it; with what is below it 10.0ms, 100%\n')
    expect(lines[1]).toContain('  critical path  5.00ms, 50% of it\n')
    expect(lines[2]).toContain("  critical path  40.0ms, 100% of its part's\n")
  })

  test('of several roots, of the time of the trace as breakdown counts it', () => {
    const roots = makeTrace(
      { id: 1, ms: 100 },
      { id: 2, parent: 1, at: 60, ms: 35 },
      { id: 3, at: 50, ms: 100 },
      { id: 4, at: 60, ms: 10 },
    )
    const tree = buildTree(roots)
    const of = (id: number) => {
      const node = tree.spans.findIndex((span) => span.spanId === makeSpan({ id }).spanId)
      return /critical path +(.*)/.exec(details(roots, node, unicode).join('\n'))?.[1]
    }
    expect([1, 2, 3, 4].map(of)).toEqual([
      '50.0ms, 33% of it',
      'not on it: another root ran then',
      '100ms, 67% of it',
      'not on it: another root ran all the time',
    ])
    const waterfall = [...renderWaterfall(tree, { width: 100, unicode: true, style: UNSTYLED })].join('\n')
    expect(waterfall).toMatch(/^span 1 .* █+━+$/m)
    expect(waterfall).toMatch(/^└ span 2 .* ━+╸$/m)
    expect(waterfall).toMatch(/^span 4 .* ━+$/m)
  })

  test('of a share that is longer than its self time, how much ran beside shorter calls', () => {
    expect(details(trace, nodeOf(1), unicode).join('\n').replace(/\s+/g, ' ')).toContain(
      'critical path 500ms, 50% of it (500ms of that beside shorter calls); with what is below it 1.00s, 100%',
    )
    expect(details(trace, nodeOf(7), unicode)).toContain('  critical path  500ms, 50% of it')
  })
})

describe('a span whose clock seems wrong', () => {
  const trace = makeTrace(
    { id: 1, ms: 400, kind: 'client' },
    { id: 2, parent: 1, at: -500, ms: 300, service: 'stock', kind: 'server' },
    { id: 3, parent: 2, at: -450, ms: 200, service: 'stock' },
    { id: 4, parent: 1, at: -20, ms: 10 },
  )
  const nodeOf = (id: number) =>
    buildTree(trace).spans.findIndex((span) => span.spanId === makeSpan({ id }).spanId)
  const text = (id: number, pen: Pen) => details(trace, nodeOf(id), pen).join('\n')

  test.each([2, 3])('span %i: that clocks may differ, and the flag that repairs it', (id) => {
    expect(text(id, unicode)).toContain('  critical path  not on it by these clocks\n')
    expect(text(id, unicode)).toMatch(
      /note +clocks may differ: trace get --skew moves this span by \+550ms$/m,
    )
    expect(text(id, { ...unicode, more: 'not shown here' })).toMatch(
      /note +clocks may differ, by about 550ms$/m,
    )
  })

  test.each([1, 4])('span %i, which runs by the clock of its caller: nothing', (id) => {
    expect(text(id, unicode)).not.toContain('clocks')
  })
})

test('span ids of rows are whole at any width, and no line is too wide', () => {
  fc.assert(
    fc.property(anyTrace, fc.integer({ min: 40, max: 200 }), fc.boolean(), (trace, width, isUnicode) => {
      const tree = buildTree(trace)
      const options = { width, fold: false, showIds: true }
      for (const lines of [
        [...renderWaterfall(tree, { ...options, unicode: isUnicode, style: UNSTYLED })],
        [...renderPlain(tree, options)],
      ]) {
        for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
        const words = new Set(lines.join(' ').split(/ +/))
        for (const { spanId } of trace.spans) expect(words).toContain(spanId)
      }
    }),
    { numRuns: runsOf(100) },
  )
})

test('--full lists every place where an error began; without it the flag is named', () => {
  const failed = Array.from({ length: 9 }, (_, i) => ({
    id: i + 2,
    parent: 1,
    at: i,
    ms: 1,
    status: 'error' as const,
    message: `cause ${i}`,
  }))
  const tree = buildTree(makeTrace({ id: 1, ms: 100 }, ...failed))
  const draw = (full: boolean) => [
    ...renderWaterfall(tree, { width: 80, unicode: true, style: UNSTYLED, full }),
  ]
  expect(draw(false)).toContain('    and 6 more: --full')
  expect(draw(true).filter((line) => /^ {4}cause \d$/.test(line))).toHaveLength(9)
  expect(draw(true).join('\n')).not.toContain('more: --full')
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

describe('events stand by time, those without one last, equal ones as they came', () => {
  const at = (name: string, ms: number | undefined, ...attributes: Span['attributes']) => ({
    name,
    timeNanos: ms === undefined ? undefined : EPOCH + BigInt(ms * 1e6),
    attributes,
  })
  const late = at('late', 9, ['exception.message', 'late one'])
  const early = at('early', 2, ['exception.message', 'early one'])
  const events = [
    at('unknown', undefined),
    late,
    at('before', -5),
    at('a', 4),
    at('b', 4),
    early,
    at('none', undefined),
  ]
  const inOrder = ['before', 'early', 'a', 'b', 'late', 'unknown', 'none']
  const trace = withParts({ events })

  test('in details', () => {
    const lines = details(trace, 0, unicode)
    const listed = lines.slice(lines.findIndex((line) => line.startsWith('events (7)')) + 1)
    expect(listed.map((line) => line.trim().split(/ +/)[1])).toEqual(inOrder)
  })

  test('exceptions, too', () => {
    expect(details(trace, 0, unicode).filter((line) => / one$/.test(line))).toEqual([
      '  early one',
      '  late one',
    ])
  })

  test('in html', () => {
    const page = renderHtml(buildTree(trace), { source: { name: 'file x.json' } })
    const found = [...[...page].join('').matchAll(/^event \S+ (\w+)/gm)].map(([, name]) => name)
    expect(found).toEqual(inOrder)
  })
})
