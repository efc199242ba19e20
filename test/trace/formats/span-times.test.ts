import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timesBetween, timesBetweenHalves, timesLasting } from '../../../src/trace/formats/span-times.ts'
import { otlpDocument, otlpSpan, readOne } from '../rich.ts'

const bits64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n),
)

test('in halves or whole, times are the same', () => {
  const halves = (value: bigint) => [Number(value >> 32n), Number(value & 0xffff_ffffn)] as const
  fc.assert(
    fc.property(bits64, bits64, (start, end) => {
      expect(timesBetweenHalves(...halves(start), ...halves(end))).toEqual(timesBetween(start, end))
    }),
    { numRuns: 1000 },
  )
})

describe('what 64 bits do not hold is no time', () => {
  const beyond = 2n ** 64n
  test.each([
    [timesBetween(beyond, 5n), { startNanos: 0n, durationNanos: 5, marks: ['start-missing'] }],
    [timesBetween(5n, beyond), { startNanos: 5n, durationNanos: 0, marks: ['end-missing'] }],
    [timesLasting(beyond, 5n), { startNanos: 0n, durationNanos: 5000, marks: ['start-missing'] }],
    [timesLasting(5n, beyond), { startNanos: 5000n, durationNanos: 0, marks: ['end-missing'] }],
    [timesLasting(5n, -beyond), { startNanos: 5000n, durationNanos: 0, marks: ['end-before-start'] }],
  ])('%#', (times, expected) => {
    expect(times).toEqual(expected)
  })

  test('as a number of JSON', () => {
    const trace = readOne(otlpDocument(otlpSpan({ startTimeUnixNano: 1e308 })))
    expect(trace.spans[0]).toMatchObject({ startNanos: 0n, marks: ['start-missing'] })
    const jaeger = { traceID: 'a', spans: [{ spanID: 'b', startTime: 1e16, duration: 1e308 }] }
    expect(readOne(jaeger).spans[0]).toMatchObject({ durationNanos: 0, marks: ['end-missing'] })
  })
})
