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
    name: { pay: '3/2, 1/0' },
    'resource.service.name': { shop: '3/2, 1/0' },
    'span.pod': { p7: '2/1, 1/0', p1: '1/1, 0/0' },
    'resource.host.name': { h1: '2/2, 0/0' },
  })
  expect(comparison.selection).toMatchObject({ spans: 3, traces: 2 })
  expect(comparison.baseline).toMatchObject({ spans: 1, traces: 0 })
})

test('a trace with a selected span is one of the selection only, whichever span comes first', () => {
  const [good, bad] = [span([['pod', 'p7']]), span([['pod', 'p7']], { status: 'error' })]
  const comparison = compared([good, bad, good], [bad, good, bad], [good, good])
  expect(counted(comparison)['span.pod']).toEqual({ p7: '3/2, 5/1' })
})

test('pairs of spans of one trace are counted: of all, of the selection, of each value', () => {
  const pod = (value: string, more: Partial<Sketch> = {}) =>
    span(
      [
        ['pod', value],
        ['pod', value],
      ],
      more,
    )
  const failed = { status: 'error' } as const
  const { pairs, attributes } = compared(
    [pod('a', failed), pod('b'), pod('a', failed), pod('a')],
    [pod('a', failed), pod('b')],
    [pod('b')],
  )
  expect(pairs).toEqual({ all: 4 * 3 + 2, selection: { first: 2 * 3 + 1, both: 2 } })
  const values = attributes.find(({ name }) => name === 'span.pod')?.values
  expect(values?.get('a')?.pairs).toEqual({ first: 3 * 3 + 1, both: 3 * 2 })
  expect(values?.get('b')?.pairs).toEqual({ first: 3 + 1, both: 0 })
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

test('each service has its own: a gateway on another host takes nothing from the shop', () => {
  const on = (service: string, host: string) => span([], { service }, [['host.name', host]])
  const isOf = (...spans: readonly Span[]) =>
    compared(spans).attributes.find(({ name }) => name === 'resource.host.name')?.isOfTrace
  expect(isOf(on('gateway', 'gw-1'), on('shop', 'pod-a'), on('gateway', 'gw-1'), on('shop', 'pod-a'))).toBe(
    true,
  )
  expect(isOf(on('gateway', 'gw-1'), on('shop', 'pod-a'), on('shop', 'pod-b'))).toBe(false)
  expect(isOf(on('gateway', 'host-1'), on('shop', 'host-1'))).toBe(true)
  const { attributes } = compared([on('gateway', 'gw-1'), on('shop', 'pod-a'), on('gateway', 'gw-1')])
  expect(attributes.find(({ name }) => name === 'resource.service.name')?.isOfTrace).toBe(false)
})

test('attributes that hold lists are compared by no value, and counted once, by their scope', () => {
  const counter = new AttributeCounter()
  const held: Attributes = [
    ['ids', [1, 2]],
    ['none', []],
    ['sometimes', 'a'],
    ['null', null],
    ['object', { a: 1 }],
    ['bytes', new Uint8Array([1])],
  ]
  const spans = [span(held, {}, [['ids', ['x']]]), span([...held, ['sometimes', ['a']]])]
  counter.addTrace(spans, () => true)
  counter.addTrace(spans, () => false)
  expect(counter.lists).toBe(4)
  expect(Object.keys(counted(counter.comparison()))).toEqual([
    'name',
    'resource.service.name',
    'span.sometimes',
  ])
  expect(new AttributeCounter().lists).toBe(0)
})
