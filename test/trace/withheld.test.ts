import { expect, it } from 'vitest'
import { markWithheld } from '../../src/backends/tempo/tempo-reader.ts'
import type { Attributes, Span } from '../../src/trace/model.ts'
import { countWithheld, withheldNote } from '../../src/trace/span-view.ts'
import { makeSpan } from './make.ts'

const SERVICE = ['service.name', 'shop'] as const
const NAMESPACE = ['k8s.namespace.name', 'billing'] as const
const span = (resource: Attributes, more: Partial<Span> = {}): Span => ({
  ...makeSpan({ id: 1 }),
  resource,
  ...more,
})
const marked = (one: Span, filters: boolean) =>
  markWithheld({ traceId: 'a1', spans: [one] }, filters).spans[0]?.marks

/** What came of one span, and whether it is marked: where the gateway is known to withhold, and where it is not. */
it.each<[string, Span, boolean, boolean]>([
  ['service and namespace alone', span([NAMESPACE, SERVICE]), true, true],
  ['a namespace alone', span([NAMESPACE]), true, true],
  ['a service alone', span([SERVICE]), true, false],
  ['nothing at all', span([]), true, false],
  ['what an SDK adds', span([NAMESPACE, SERVICE, ['telemetry.sdk.language', 'go']]), false, false],
  ['an attribute', span([NAMESPACE, SERVICE], { attributes: [['http.route', '/']] }), false, false],
  ['an event', span([NAMESPACE], { events: [{ name: 'x', timeNanos: 0n, attributes: [] }] }), false, false],
])('%s', (_, one, known, unknown) => {
  expect(marked(one, true)).toEqual(known ? ['attributes-withheld'] : [])
  expect(marked(one, false)).toEqual(unknown ? ['attributes-withheld'] : [])
})

it('a mark that a span has already is kept, and all else of it', () => {
  const one = span([NAMESPACE], { marks: ['end-missing'], name: 'charge' })
  const [shown] = markWithheld({ traceId: 'a1', spans: [one] }, false).spans
  expect(shown).toMatchObject({ name: 'charge', marks: ['end-missing', 'attributes-withheld'] })
})

it('attributes are parsed only where the resource leaves a doubt', () => {
  const resource = [SERVICE, ['host.name', 'a']] as const
  const lazy = Object.defineProperty(span(resource), 'attributes', {
    get() {
      throw new Error('parsed')
    },
  })
  expect(countWithheld(markWithheld({ traceId: 'a1', spans: [lazy, lazy] }, true).spans)).toBe(0)
})

const W = makeSpan({ id: 1, marks: ['attributes-withheld'] })
const OPEN = makeSpan({ id: 2, marks: ['end-missing'] })
it.each<[of: string, spans: Span[], top: Span | undefined, note: string | undefined]>([
  ['none', [OPEN], undefined, undefined],
  ['none, of one span', [OPEN], OPEN, undefined],
  ['one', [W, OPEN], undefined, 'the attributes of 1 span are withheld from you'],
  ['three', [W, W, W], undefined, 'the attributes of 3 spans are withheld from you'],
  ['the span that was asked for', [W], W, 'the attributes of this span are withheld from you'],
  ['it and others', [W, W, W], W, 'the attributes of this span and of 2 below it are withheld from you'],
  ['others below it', [OPEN, W], OPEN, 'the attributes of 1 span are withheld from you'],
])('%s', (_, spans, top, note) => expect(withheldNote(spans, top)).toBe(note))
