import { describe, expect, test } from 'vitest'
import type { Comparison } from '../../../src/trace/causes/comparison.ts'
import { withoutRepeated, withoutSensitive } from '../../../src/trace/causes/no-cause.ts'
import { Population } from '../../../src/trace/causes/population.ts'
import { rankCauses } from '../../../src/trace/causes/rank-causes.ts'
import { heedingRareValues } from '../../../src/trace/causes/rare-values.ts'
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
  test('has the shares of both groups, and no attribute that says again what selected them', () => {
    const list = [
      ...repeat(20, (i) =>
        trace([true, ['pod', i < 18 ? 'p7' : 'p1'], ['error', true], ['otel.status_code', 'ERROR']]),
      ),
      ...repeat(80, (i) => trace([false, ['pod', i < 4 ? 'p7' : 'p1'], ['error', false]])),
    ]
    const { verdict, causes } = rankCauses(comparisonOf(list))
    expect(verdict).toBe('causes')
    expect(causes).toEqual([
      {
        attribute: 'span.pod',
        name: 'pod',
        value: 'p7',
        selectionShare: 0.9,
        baselineShare: 0.05,
        difference: 0.9 - 0.05,
        selectionCount: 18,
        baselineCount: 4,
        isSignificant: true,
      },
    ])
  })

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

    test('the host is named where each request comes by a gateway, whether that fails with it or not', () => {
      const all = ['GET /', ...steps]
      expect(hosts(repeat(20, (i) => request(i < 10, all)))[0]).toMatchObject(host)
      const also = (step: string, isOnA: boolean) => step === 'GET /' && isOnA
      expect(hosts(repeat(20, (i) => request(i < 10, all, also)))[0]).toMatchObject(host)
    })
  })

  test('a span of a gateway makes no proof of three failed requests', () => {
    const request = (i: number): Trace => {
      const [isOnA, status] = [i < 10, i < 3 || i === 10 ? 'error' : 'ok'] as const
      const shop = Array.from({ length: 20 }, (_, n) => ({
        ...makeSpan({ id: n + 2, name: `step ${n}`, ms: 5, status }),
        resource: [['host.name', isOnA ? 'pod-a' : 'pod-b']] as Attributes,
      }))
      const gateway = makeSpan({ id: 1, name: 'GET /', service: 'gateway', ms: 9, status })
      const traceId = String(i).padStart(32, '0')
      return { traceId, spans: [{ ...gateway, resource: [['host.name', 'gw-1']] }, ...shop] }
    }
    const { verdict, causes } = rankCauses(comparisonOf(repeat(20, request)))
    expect(verdict).toBe('too-few')
    expect(causes[0]).toMatchObject({ value: 'pod-a', isSignificant: false })
  })

  test('but where one trace has spans of many values, its spans are counted', () => {
    const spans = Array.from({ length: 200 }, (_, i) => [i % 10 === 7, ['shard', String(i % 10)]] as const)
    expect(rankCauses(comparisonOf([trace(...spans)]))).toMatchObject({
      verdict: 'causes',
      causes: [{ attribute: 'span.shard', value: '7', selectionShare: 1, baselineShare: 0 }],
    })
  })

  test('three failures are too few, however alike they are; unique values are none at all', () => {
    const list = [
      ...repeat(3, (i) => trace([true, ['pod', 'p7'], ['request', `r${i}`]])),
      ...repeat(40, (i) => trace([false, ['pod', `p${i % 9}`], ['request', `s${i}`]])),
    ]
    const { verdict, causes } = rankCauses(comparisonOf(list))
    expect(verdict).toBe('too-few')
    expect(causes.map(({ value }) => value)).toEqual(['p7'])
  })

  test('without a rest, or without a difference, nothing is named', () => {
    expect(rankCauses(comparisonOf(repeat(9, () => trace([true, ['a', 'b']]))))).toEqual({
      verdict: 'too-few',
      causes: [],
    })
    const same = repeat(200, (i) => trace([i % 2 === 0, ['a', i % 4 < 2 ? 'x' : 'y']]))
    expect(rankCauses(comparisonOf(same))).toEqual({ verdict: 'nothing', causes: [] })
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

describe('values that occur once among the selected spans', () => {
  const verdict = (list: readonly Trace[]) => {
    const comparison = comparisonOf(list)
    return heedingRareValues(rankCauses(comparison), comparison)
  }

  test('of two failures they are too few to tell, and none is named', () => {
    const list = [
      ...repeat(2, (i) => trace([true, ['pod', `p${i}`]])),
      ...repeat(3, () => trace([false, ['pod', 'p9']])),
    ]
    expect(verdict(list)).toEqual({ verdict: 'too-few', causes: [] })
  })

  test('of five failures they differ by less than 25 points, and nothing stands out', () => {
    const list = [
      ...repeat(5, (i) => trace([true, ['request', `r${i}`]])),
      ...repeat(5, (i) => trace([false, ['request', `s${i}`]])),
    ]
    expect(verdict(list)).toEqual({ verdict: 'nothing', causes: [] })
  })

  test('a value that is as frequent in the rest does not stand out', () => {
    const list = [trace([true, ['pod', 'p1']]), ...repeat(3, () => trace([false, ['pod', 'p1']]))]
    expect(verdict(list)).toEqual({ verdict: 'nothing', causes: [] })
  })
})
