import { describe, expect, test } from 'vitest'
import type { Comparison } from '../../../src/trace/analysis/population.ts'
import { Population } from '../../../src/trace/analysis/population.ts'
import { rankCauses, withoutRepeated, withoutSensitive } from '../../../src/trace/analysis/rank-causes.ts'
import type { Attributes, Trace } from '../../../src/trace/model.ts'
import { makeSpan } from '../make.ts'
import { EVERYTHING } from './judge-worlds.ts'

/** A trace of spans that fail or not, each with these attributes. */
let traces = 0
const trace = (...spans: readonly (readonly [fails: boolean, ...attributes: Attributes])[]): Trace => ({
  traceId: String(++traces).padStart(32, '0'),
  spans: spans.map(([fails, ...attributes], i) => ({
    ...makeSpan({ id: i + 1, name: 'pay', ms: fails ? 20 : 10, status: fails ? 'error' : 'unset' }),
    attributes,
  })),
})
const repeat = (times: number, make: (i: number) => Trace): Trace[] =>
  Array.from({ length: times }, (_, i) => make(i))
const ERRORS = { by: 'errors' } as const
function comparisonOf(list: readonly Trace[]): Comparison {
  const population = new Population(EVERYTHING, ERRORS)
  for (const one of list) population.add(one)
  return withoutRepeated(population.divided().comparison, ERRORS)
}

describe('a ranking', () => {
  test('forty failed spans of one trace are one failure', () => {
    const list = [
      trace(...Array.from({ length: 40 }, () => [true, ['customer', 'c1']] as const)),
      ...repeat(30, (i) => trace([false, ['customer', `c${i + 2}`]], [false, ['customer', `c${i + 2}`]])),
    ]
    const { verdict, causes } = rankCauses(comparisonOf(list))
    expect(verdict).toBe('too-few')
    expect(causes[0]).toMatchObject({ value: 'c1', difference: 1, isSignificant: false })
  })

  describe('three steps a request, and one fails in all requests on one host, in none on the other', () => {
    const failing = (step: string, isOnA: boolean) => step === 'charge' && isOnA
    const request = (isOnA: boolean, steps: readonly string[], also = failing): Trace => ({
      traceId: String(++traces).padStart(32, '0'),
      spans: steps.map((name, i) => {
        const service = name === 'GET /' ? 'gateway' : 'shop'
        const host = service === 'gateway' ? 'gw-1' : isOnA ? 'pod-a' : 'pod-b'
        const status = failing(name, isOnA) || also(name, isOnA) ? 'error' : 'ok'
        return {
          ...makeSpan({ id: i + 1, name, service, ms: 5, status }),
          attributes: Array.from({ length: 20 }, (_, n) => [`attribute ${n}`, `v${i}`] as const),
          resource: [['host.name', host]],
        }
      }),
    })
    const hosts = (list: readonly Trace[]) =>
      rankCauses(comparisonOf(list)).causes.filter(({ attribute }) => attribute === 'resource.host.name')
    const steps = ['order', 'charge', 'ship']
    const host = { value: 'pod-a', isSignificant: true }

    test('the host is named, with the shares of spans', () => {
      expect(hosts(repeat(20, (i) => request(i < 10, steps)))).toMatchObject([
        { ...host, selectionShare: 1, baselineShare: 0.4, selectionCount: 10, baselineCount: 20 },
      ])
    })
  })

  test('a value that is or looks like a secret is no cause in clear, and is counted', () => {
    const list = [
      ...repeat(30, () =>
        trace([true, ['user.email', 'ann@example.com'], ['session.id', 'k1'], ['pod', 'p7']]),
      ),
      ...repeat(60, () => trace([false, ['user.email', '[masked]'], ['session.id', 'k2'], ['pod', 'p1']])),
    ]
    const { comparison, hidden } = withoutSensitive(comparisonOf(list))
    expect(hidden).toBe(4)
    expect(rankCauses(comparison).causes.map(({ attribute }) => attribute)).toEqual(['span.pod'])
  })
})
