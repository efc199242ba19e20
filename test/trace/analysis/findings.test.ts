import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorText, repeatedCalls, rootCauses, slowestSelf } from '../../../src/trace/analysis/findings.ts'
import type { Attributes } from '../../../src/trace/model.ts'
import { errorsHandled } from '../../../src/trace/tree/span-facts.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { makeSpan, makeTrace, type Sketch } from '../make.ts'

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
      'the span above does not exist',
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
