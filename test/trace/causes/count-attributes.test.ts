import { expect, test } from 'vitest'
import { AttributeCounter } from '../../../src/trace/causes/count-attributes.ts'
import type { Attributes, Span } from '../../../src/trace/model.ts'
import { makeSpan, type Sketch } from '../make.ts'

const span = (attributes: Attributes, more: Partial<Sketch> = {}, resource: Attributes = []): Span => ({
  ...makeSpan({ id: 1, name: 'pay', ...more }),
  attributes,
  resource,
})
/** Failed spans are selected. */
function compared(...traces: readonly (readonly Span[])[]) {
  const counter = new AttributeCounter()
  for (const spans of traces) counter.addTrace(spans, ({ status }) => status === 'error')
  return counter.comparison()
}
/** `selected spans/traces, the rest's spans/traces` of each value. */
const counted = (comparison: ReturnType<typeof compared>) =>
  Object.fromEntries(
    comparison.attributes.map(({ name, values }) => [
      name,
      Object.fromEntries(
        [...values].map(([value, { selection, baseline }]) => [
          value,
          `${selection.spans}/${selection.traces}, ${baseline.spans}/${baseline.traces}`,
        ]),
      ),
    ]),
  )
const isOfTrace = (...traces: readonly (readonly string[])[]) =>
  compared(...traces.map((values) => values.map((value) => span([['customer', value]])))).attributes.find(
    ({ name }) => name === 'span.customer',
  )?.isOfTrace

test('the name, the service, the attributes and the resource of each span are counted, in spans and in traces', () => {
  const failed = { status: 'error' } as const
  const comparison = compared(
    [span([['pod', 'p7']], failed, [['host.name', 'h1']]), span([['pod', 'p7']], failed)],
    [span([['pod', 'p7']]), span([['pod', 'p1']], failed, [['host.name', 'h1']])],
  )
  expect(counted(comparison)).toEqual({
    name: { pay: '3/2, 1/1' },
    'resource.service.name': { shop: '3/2, 1/1' },
    'span.pod': { p7: '2/1, 1/1', p1: '1/1, 0/0' },
    'resource.host.name': { h1: '2/2, 0/0' },
  })
  expect(comparison.selection).toMatchObject({ spans: 3, traces: 2 })
  expect(comparison.baseline).toMatchObject({ spans: 1, traces: 1 })
})

test('a span that has a value twice counts once', () => {
  const twice = span([
    ['pod', 'p7'],
    ['pod', 'p7'],
  ])
  expect(counted(compared([twice]))['span.pod']).toEqual({ p7: '0/0, 1/1' })
})

test('the service is counted once, wherever a format writes it again', () => {
  const again = [['service.name', 'shop']] as const
  const { attributes } = compared([span(again, {}, again)])
  expect(attributes.map(({ name, isOfTrace }) => [name, isOfTrace])).toEqual([
    ['name', false],
    ['resource.service.name', false],
  ])
})

test('numbers and truth values are counted as texts; lists, objects, bytes and nothing are left out', () => {
  const values = counted(
    compared([
      span([
        ['count', 3],
        ['big', 9_007_199_254_740_993n],
        ['flag', false],
        ['list', ['a']],
        ['object', { a: 'b' }],
        ['bytes', new Uint8Array(2)],
        ['nothing', null],
      ]),
    ]),
  )
  expect(Object.keys(values)).toEqual([
    'name',
    'resource.service.name',
    'span.count',
    'span.big',
    'span.flag',
  ])
  expect(values['span.big']).toEqual({ '9007199254740993': '0/0, 1/1' })
})

test('an attribute is of the trace where most traces that have it on several spans have one value', () => {
  expect(isOfTrace(['a', 'a'])).toBe(true)
  expect(isOfTrace(['a', 'a'], ['b', 'b', 'b'], ['c', 'd'])).toBe(true)
  // In half of them.
  expect(isOfTrace(['a', 'a'], ['c', 'd'])).toBe(false)
  expect(isOfTrace(['c', 'd', 'c'], ['a', 'a', 'b'])).toBe(false)
  // One span says nothing of the others.
  expect(isOfTrace(['a'], ['b'], ['c'], ['d', 'e'])).toBe(false)
  expect(isOfTrace(['a'])).toBe(false)
})
