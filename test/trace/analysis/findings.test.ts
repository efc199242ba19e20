import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorText } from '../../../src/trace/analysis/error-text.ts'
import { repeatedCalls, rootCauses, slowestSelf } from '../../../src/trace/analysis/findings.ts'
import { maskTrace } from '../../../src/trace/masking.ts'
import type { Attributes, Span } from '../../../src/trace/model.ts'
import { planRows } from '../../../src/trace/render/waterfall/rows.ts'
import { errorsHandled } from '../../../src/trace/tree/awaited.ts'
import { percentile } from '../../../src/trace/tree/fold.ts'
import { buildTree, type TraceTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { makeSpan, makeTrace, type Sketch } from '../make.ts'

const calls = (count: number, sketch: Partial<Sketch> = {}): Sketch[] =>
  Array.from({ length: count }, (_, i) => ({
    id: 100 + i,
    parent: 1,
    name: 'redis GET',
    at: i * 2,
    ms: 1,
    ...sketch,
  }))

const ids = (tree: TraceTree, nodes: readonly number[]) =>
  nodes.map((node) => Number.parseInt(tree.span(node).spanId, 16))

describe('errors that were handled', () => {
  const handled = (...sketches: Sketch[]) => errorsHandled(buildTree(makeTrace(...sketches)).spans)
  const failed = { parent: 1, at: 10, ms: 5, status: 'error' } as const

  test('no error reached a root', () => {
    expect(handled({ id: 1, ms: 100 }, { id: 2, ...failed }, { id: 3, ...failed, parent: 2, ms: 4 })).toBe(
      true,
    )
    expect(handled({ id: 1, ms: 100 }, { id: 2, ...failed }, { id: 3, parent: 1, at: 20, ms: 5 })).toBe(true)
  })

  test.each([
    [
      'the root failed',
      [
        { id: 1, ms: 100, status: 'error' },
        { id: 2, ...failed },
      ],
    ],
    [
      'one of two roots failed',
      [
        { id: 1, ms: 100 },
        { id: 2, ...failed },
        { id: 3, ms: 9, status: 'error' },
      ],
    ],
    [
      'the span above is not there',
      [
        { id: 1, ms: 100 },
        { id: 2, ...failed, parent: 9 },
      ],
    ],
    [
      'nobody waited for a message',
      [
        { id: 1, ms: 100 },
        { id: 2, ...failed, kind: 'consumer' },
      ],
    ],
    [
      'the root has no end yet',
      [
        { id: 1, ms: 0, marks: ['end-missing'] },
        { id: 2, ...failed },
      ],
    ],
  ] as const)('not known to be: %s', (_, sketches) => {
    expect(handled(...(sketches as readonly Sketch[]))).toBe(false)
  })

  test('nothing failed', () => {
    expect(handled({ id: 1, ms: 100 })).toBeUndefined()
  })
})

describe('folding', () => {
  const shapes = (...sketches: Sketch[]) => {
    const tree = buildTree(makeTrace({ id: 1, ms: 100 }, ...sketches))
    const { groups: strips, folds } = planRows(tree, true)
    const below = strips.flatMap(({ nodes }) => nodes).filter((node) => tree.depth(node) === 1)
    return below.map((node) => {
      const fold = folds.get(node)
      return fold ? `${fold.members.length}x` : tree.span(node).name
    })
  }

  test('five equal leaves fold, four do not', () => {
    expect(shapes(...calls(5))).toEqual(['5x'])
    expect(shapes(...calls(4))).toEqual(Array(4).fill('redis GET'))
  })

  test('a fold stands where its first span stood', () => {
    expect(
      shapes({ id: 2, parent: 1, name: 'a', ms: 9 }, ...calls(6), { id: 3, parent: 1, name: 'z', at: 3 }),
    ).toEqual(['a', '6x', 'z'])
  })

  test('failed calls are not hidden among good ones', () => {
    const mixed = calls(12).map((call, i): Sketch => (i % 6 === 0 ? { ...call, status: 'error' } : call))
    expect(shapes(...mixed)).toEqual(['redis GET', '10x', 'redis GET'])
  })

  test('a call with calls below it is no leaf', () => {
    expect(shapes(...calls(5), { id: 2, parent: 100, name: 'below' })).toEqual(Array(5).fill('redis GET'))
  })

  test('other services are other calls', () => {
    expect(shapes(...calls(4), { ...calls(1)[0], id: 200, service: 'other' } as Sketch)).toHaveLength(5)
  })
})

test('percentiles are values that occurred', () => {
  expect([50, 99, 100, 0].map((p) => percentile([1, 2, 3, 4], p))).toEqual([2, 4, 4, 1])
  expect(percentile([], 50)).toBe(0)
})

test('the slowest by self time', () => {
  const tree = buildTree(
    makeTrace(
      { id: 1, ms: 100 },
      { id: 2, parent: 1, ms: 70 },
      { id: 3, parent: 2, ms: 60 },
      { id: 4, ms: 0 },
    ),
  )
  expect(ids(tree, slowestSelf(tree, 2))).toEqual([3, 1])
})

test('an error began where nothing failed below it; first those that reached the top, then deepest first', () => {
  const status = 'error'
  const tree = buildTree(
    makeTrace(
      { id: 1, status },
      { id: 2, parent: 1, status },
      { id: 3, parent: 1 },
      // Nobody above minded.
      { id: 4, parent: 3 },
      { id: 5, parent: 4, status },
      { id: 6, parent: 2, at: 9 },
      { id: 7, parent: 1, status, at: 10 },
      { id: 8, parent: 7, status, at: 11 },
    ),
  )
  expect(ids(tree, rootCauses(tree))).toEqual([8, 2, 5])
})

test.each<[string, Parameters<typeof errorText>[0], string | undefined]>([
  ['its status message', makeSpan({ id: 1, message: 'boom' }), 'boom'],
  ['an attribute', { ...makeSpan({ id: 1 }), attributes: [['error.message', 'lost']] }, 'lost'],
  [
    'an exception event',
    {
      ...makeSpan({ id: 1, message: '' }),
      events: [{ name: 'exception', timeNanos: 0n, attributes: [['exception.message', 'late']] }],
    },
    'late',
  ],
  [
    'an exception event, though a status message says less',
    {
      ...makeSpan({ id: 1, message: 'internal' }),
      attributes: [['error.message', 'failed']],
      events: [{ name: 'exception', timeNanos: 0n, attributes: [['exception.message', 'redis timeout']] }],
    },
    'redis timeout',
  ],
  [
    'a status message, where the exception has a type only',
    {
      ...makeSpan({ id: 1, message: 'card declined' }),
      events: [{ name: 'exception', timeNanos: 0n, attributes: [['exception.type', 'Error']] }],
    },
    'card declined',
  ],
  [
    'a log of OpenTracing',
    {
      ...makeSpan({ id: 1 }),
      events: [
        {
          name: 'error',
          timeNanos: 0n,
          attributes: [
            ['error.kind', 'IOError'],
            ['message', 'no route'],
          ],
        },
      ],
    },
    'no route',
  ],
  ['nothing', makeSpan({ id: 1 }), undefined],
  ['white space, which says nothing', makeSpan({ id: 1, message: ' \t' }), undefined],
])('what an error says: %s', (_, span, message) => {
  expect(errorText(span)?.text).toBe(message)
})

describe('what an error says of a span that is masked', () => {
  const key = fc.constantFrom('exception.message', 'exception.type', 'message', 'error.message', 'http.url')
  const value = fc.constantFrom(
    'lost',
    'password=hunter2',
    'at https://a.example/?token=abcdefgh',
    '',
    ' ',
    7,
  )
  const attributes = fc.array(fc.tuple(key, value), { maxLength: 4 })
  const event = fc.record({
    name: fc.constantFrom('exception', 'error', 'Bearer abcdefghijklmnop'),
    timeNanos: fc.constantFrom(undefined, 1n, 2n),
    attributes,
  })
  const failed = fc
    .record({
      attributes,
      events: fc.array(event, { maxLength: 3 }),
      message: fc.constantFrom('', 'internal'),
    })
    .map(({ message, ...told }) => ({ ...makeSpan({ id: 1, status: 'error', message }), ...told }))
  const masked = (span: Span) => {
    const { trace, masked } = maskTrace({ traceId: '1', spans: [span] })
    const [view = span] = trace.spans
    return { span: view, count: masked }
  }

  test('is what it says where every value was masked before', () => {
    fc.assert(
      fc.property(failed, (span) => {
        const { attributes, events } = masked(span).span
        expect(errorText(masked(span).span)).toEqual(errorText({ ...span, attributes, events }))
      }),
    )
  })

  test('values that say nothing about it are not masked in vain', () => {
    const attributes: Attributes = [
      ['http.url', 'https://a.example/?token=abcdefgh'],
      ['exception.message', 'password=hunter2'],
    ]
    const { span, count } = masked({ ...makeSpan({ id: 1, status: 'error' }), attributes })
    expect(errorText(span)?.text).toBe('password=[masked]')
    expect(count()).toBe(1)
  })
})

describe('of several exceptions the one that failed the span is told', () => {
  type Recorded = readonly [atMs: number | undefined, message: string, escaped?: boolean | string]
  const said = (statusMessage: string | undefined, ...recorded: readonly Recorded[]) =>
    errorText({
      ...makeSpan({ id: 1, status: 'error', ...(statusMessage !== undefined && { message: statusMessage }) }),
      events: recorded.map(([atMs, message, escaped]) => ({
        name: 'exception',
        timeNanos: atMs === undefined ? undefined : BigInt(atMs) * 1_000_000n,
        attributes: [
          ['exception.message', message],
          ...(escaped === undefined ? [] : [['exception.escaped', escaped] as const]),
        ],
      })),
    })?.text

  test.each<readonly [string, string | undefined, readonly Recorded[], string]>([
    [
      'the one that left it, not one that was caught',
      'card declined: insufficient funds',
      [
        [100, 'cache timeout', false],
        [890, 'insufficient funds', true],
        [895, 'could not close', false],
      ],
      'insufficient funds',
    ],
    [
      'of those that left it the last',
      undefined,
      [
        [9, 'wrapped', true],
        [5, 'cause', true],
      ],
      'wrapped',
    ],
    [
      'the one that the status names',
      'card declined: no funds',
      [
        [1, 'cache timeout'],
        [2, 'no funds'],
        [3, 'could not close'],
      ],
      'no funds',
    ],
    [
      'the one that holds what the status says',
      'no funds',
      [
        [2, 'card declined: no funds at all'],
        [3, 'could not close'],
      ],
      'card declined: no funds at all',
    ],
    [
      'else the last one, wherever it stands in the file',
      undefined,
      [
        [99, 'db down'],
        [1, 'cache miss'],
      ],
      'db down',
    ],
    [
      'a status of one word names none',
      'timeout',
      [
        [1, 'cache timeout'],
        [2, 'db down'],
      ],
      'db down',
    ],
    [
      'the one of one word that the status ends with',
      'KeyError: 7',
      [
        [1, '7'],
        [2, 'could not close'],
      ],
      '7',
    ],
    [
      'the one of one word that the status says among others',
      'rpc error: code = Unavailable desc = "overloaded" (10.0.0.1:443)',
      [
        [1, 'overloaded'],
        [2, 'body was closed'],
      ],
      'overloaded',
    ],
    [
      'and not a part of a word',
      'the shop is overloaded',
      [
        [1, 'load'],
        [2, 'body was closed'],
      ],
      'body was closed',
    ],
    [
      'and not one word that stands somewhere in it',
      'request 7 has failed',
      [
        [1, '7'],
        [2, 'db down'],
      ],
      'db down',
    ],
    [
      'one that is not marked as caught, before those that are',
      'card declined by the bank',
      [
        [1, 'card declined'],
        [2, 'could not close', false],
      ],
      'card declined',
    ],
    [
      'one that is marked as caught before the status: Python marks those so that left the span',
      'ValueError: card 7 declined',
      [[1, 'card 7 declined', 'False']],
      'card 7 declined',
    ],
    [
      'of those that are all marked as caught the last, where the status names none',
      'card declined by the bank',
      [
        [1, 'cache timeout', 'False'],
        [2, 'no funds', 'False'],
      ],
      'no funds',
    ],
    [
      'one that was caught, where nothing else is said',
      undefined,
      [[1, 'redis timeout', false]],
      'redis timeout',
    ],
    [
      'as Python writes it',
      undefined,
      [
        [1, 'no funds', 'True'],
        [2, 'could not close', 'False'],
      ],
      'no funds',
    ],
    [
      'without times the last in the file',
      undefined,
      [
        [undefined, 'cache miss'],
        [undefined, 'db down'],
      ],
      'db down',
    ],
  ])('%s', (_, status, recorded, told) => {
    expect(said(status, ...recorded)).toBe(told)
  })

  test('how many there were is said with it', () => {
    const events = ['cache miss', 'db down'].map((text, at) => ({
      name: 'exception',
      timeNanos: BigInt(at),
      attributes: [['exception.message', text] as const],
    }))
    expect(errorText({ ...makeSpan({ id: 1, status: 'error' }), events })?.from).toBe(
      'exception.message of the event exception, one of 2 exceptions',
    )
  })
})

test('what an error says costs one reading of its attributes', () => {
  let readings = 0
  const span = {
    ...makeSpan({ id: 1 }),
    get attributes(): Attributes {
      readings++
      return [['error.type', 'timeout']]
    },
  }
  expect(errorText(span)).toEqual({ text: 'timeout', from: 'the attribute error.type' })
  expect(readings).toBe(1)
})

describe('repeated calls', () => {
  const found = (...sketches: Sketch[]) =>
    repeatedCalls(buildTree(makeTrace({ id: 1, ms: 100 }, ...sketches)))

  test('eleven alike are a suspect, ten are not', () => {
    expect(found(...calls(11))).toMatchObject([{ sumNanos: 11e6, p50Nanos: 1e6, atOnce: 1 }])
    expect(found(...calls(10))).toEqual([])
  })

  test('how many ran at once', () => {
    expect(found(...calls(12, { ms: 5 }))[0]?.atOnce).toBe(3)
    expect(found(...calls(12, { at: 0, ms: 5 }))[0]?.atOnce).toBe(12)
  })

  test('calls without an end are counted apart; where most have none nobody can tell that they are alike', () => {
    const endless = (from: number) =>
      calls(12, { ms: 5 }).map(
        (call, i): Sketch => (i < from ? call : { ...call, ms: 0, marks: ['end-missing'] }),
      )
    expect(found(...endless(8))).toMatchObject([{ sumNanos: 40e6, p50Nanos: 5e6, unfinished: 4 }])
    expect(found(...endless(0))).toEqual([])
  })

  test('lengths without likeness are no loop', () => {
    expect(found(...calls(12).map((call, i) => ({ ...call, ms: 3 ** i / 100 })))).toEqual([])
  })
})

test('findings of any trace are spans of it', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      expect(rootCauses(tree).length > 0).toBe(tree.errors > 0)
      for (const { calls, atOnce } of repeatedCalls(tree)) {
        expect(atOnce).toBeGreaterThanOrEqual(1)
        expect(atOnce).toBeLessThanOrEqual(calls.length)
      }
      for (const node of slowestSelf(tree, 3)) expect(tree.selfNanos(node)).toBeGreaterThan(0)
    }),
  )
})
