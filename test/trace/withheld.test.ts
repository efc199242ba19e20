import { expect, it } from 'vitest'
import type { Attributes, Span, Trace } from '../../src/trace/model.ts'
import { countWithheld, withheldNote } from '../../src/trace/withheld.ts'

const SERVICE = ['service.name', 'shop'] as const
const NAMESPACE = ['k8s.namespace.name', 'billing'] as const
const span = (resource: Attributes, more: Partial<Span> = {}): Span =>
  ({ attributes: [], events: [], resource, ...more }) as unknown as Span

/** What came of one span, and whether it counts: where the gateway is known to withhold, and where it is not. */
it.each<[string, Span, 0 | 1, 0 | 1]>([
  ['service and namespace alone', span([NAMESPACE, SERVICE]), 1, 1],
  ['a namespace alone', span([NAMESPACE]), 1, 1],
  ['a service alone', span([SERVICE]), 1, 0],
  ['nothing at all', span([]), 1, 0],
  ['what an SDK adds', span([NAMESPACE, SERVICE, ['telemetry.sdk.language', 'go']]), 0, 0],
  ['an attribute', span([NAMESPACE, SERVICE], { attributes: [['http.route', '/']] }), 0, 0],
  ['an event', span([NAMESPACE], { events: [{ name: 'x', timeNanos: 0n, attributes: [] }] }), 0, 0],
])('%s', (_, one, known, unknown) => {
  expect(countWithheld({ spans: [one] }, true)).toBe(known)
  expect(countWithheld({ spans: [one] }, false)).toBe(unknown)
})

it('attributes are parsed only where the resource leaves a doubt', () => {
  const resource = [SERVICE, ['host.name', 'a']] as const
  const lazy = Object.defineProperty(span(resource), 'attributes', {
    get() {
      throw new Error('parsed')
    },
  })
  expect(countWithheld({ spans: [lazy, lazy] }, true)).toBe(0)
})

it.each<[Pick<Trace, 'withheld'>, string | undefined]>([
  [{}, undefined],
  [{ withheld: 0 }, undefined],
  [{ withheld: 1 }, 'the attributes of 1 span are withheld from you'],
  [{ withheld: 43 }, 'the attributes of 43 spans are withheld from you'],
])('%o', (trace, note) => expect(withheldNote(trace)).toBe(note))
