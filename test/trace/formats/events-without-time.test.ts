import { describe, expect, test } from 'vitest'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import { EPOCH } from '../make.ts'
import { otlpDocument, otlpSpan, readOne } from '../rich.ts'

const MICROS = Number(EPOCH / 1000n)
const jaeger = (log: object) => ({
  traceID: 'a',
  spans: [
    { spanID: 'b', operationName: 'o', startTime: MICROS, duration: 5, logs: [{ fields: [], ...log }] },
  ],
})
const zipkin = (annotation: object) => [
  { traceId: 'a', id: 'b', timestamp: MICROS, duration: 5, annotations: [{ value: 'e', ...annotation }] },
]
const own = (event: object) => ({
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'o', service: 's' },
  ...{ startTimeUnixNano: String(EPOCH), durationNanos: '5', events: [{ name: 'e', ...event }] },
})

describe('an event without a time has none', () => {
  test.each([
    ['OTLP', otlpDocument(otlpSpan({ events: [{ name: 'e' }] }))],
    ['OTLP, 0', otlpDocument(otlpSpan({ events: [{ name: 'e', timeUnixNano: '0' }] }))],
    [
      'OTLP, what 64 bits do not hold',
      otlpDocument(otlpSpan({ events: [{ name: 'e', timeUnixNano: 1e30 }] })),
    ],
    ['Jaeger', jaeger({})],
    ['Jaeger, 0', jaeger({ timestamp: 0 })],
    ['Zipkin', zipkin({})],
    ['Zipkin, below 0', zipkin({ timestamp: -5 })],
    ['our own', own({})],
    ['our own, null', own({ timeUnixNano: null })],
  ])('%s', (_, document) => {
    expect(readOne(document).spans[0]?.events).toMatchObject([{ timeNanos: undefined }])
  })

  test('OTLP protobuf', () => {
    const field = (number: number, bytes: number[]) => [number * 8 + 2, bytes.length, ...bytes]
    const id = (digit: number, length: number) => Array.from({ length }, () => digit)
    const span = [...field(1, id(1, 16)), ...field(2, id(2, 8)), ...field(11, field(2, [0x65]))]
    const [trace] = readTraces(Uint8Array.from(field(1, field(2, field(2, span)))))
    expect(trace?.spans[0]?.events).toEqual([{ name: 'e', timeNanos: undefined, attributes: [] }])
  })
})
