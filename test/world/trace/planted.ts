import type { SpanData, TraceData } from '../trace-data.ts'

/** The value that most failed spans of {@link plantedTraces} carry, and few others. */
export const PLANTED_POD = 'pod 3'

/**
 * Orders of which those on one pod fail, and one other; the failed ones are slow as well. Two spans each: the request and
 * its payment.
 */
export function plantedTraces(count: number, startMicros: number): TraceData[] {
  return Array.from({ length: count }, (_, i): TraceData => {
    const id = (n: number, digits: number) => (0xabc000 + i * 4 + n).toString(16).padStart(digits, '0')
    const error = i % 5 === 3 || i === 0
    const from = startMicros + i * 1_000_000
    const took = error ? 900_000 + i : 40_000 + i * 100
    const tags = {
      pod: i % 5 === 3 ? PLANTED_POD : `pod-${i % 5}`,
      'order.id': i,
      'user.email': `u${i % 2}@acme.example`,
    }
    const span = (n: number, rest: Pick<SpanData, 'name' | 'service' | 'kind' | 'endMicros'>): SpanData => ({
      ...rest,
      spanId: id(n, 16),
      startMicros: from + n * 1000,
      error,
      tags: { ...tags, 'http.route': n === 0 ? '/order' : '/charge', region: `r${i % 7}` },
    })
    return {
      traceId: id(3, 32),
      spans: [
        span(0, { name: 'POST /order', service: 'checkout', kind: 'server', endMicros: from + took }),
        {
          ...span(1, { name: 'charge', service: 'payment', kind: 'client', endMicros: from + took - 2000 }),
          parentId: id(0, 16),
        },
      ],
    }
  })
}
