import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { Collection } from '../../../src/trace/formats/collection.ts'
import { readOtlpProtobuf } from '../../../src/trace/formats/otlp/otlp-protobuf.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import { field, traceByIdResponse, tracesData, varint } from '../../world/trace/protobuf.ts'
import { otlpDocument, otlpSpan, plainTrace, readOne } from '../rich.ts'

const whole = tracesData(
  otlpDocument(
    otlpSpan({
      attributes: [
        { key: 'list', value: { arrayValue: { values: [{ intValue: '-1' }, { doubleValue: 1.5 }] } } },
        { key: 'map', value: { kvlistValue: { values: [{ key: 'x', value: { boolValue: true } }] } } },
      ],
      events: [{ timeUnixNano: '5', name: 'e', attributes: [] }],
      status: { code: 2, message: 'boom' },
    }),
  ),
)

/** Reads everything, lazy parts included; hostile bytes may fail, but only as a Failure. */
function readAll(bytes: Buffer): number {
  const into = new Collection()
  try {
    readOtlpProtobuf(bytes, into)
    for (const trace of into.traces()) plainTrace(trace)
    return 0
  } catch (error) {
    if (error instanceof Failure && error.code === 'api-failed') return 1
    throw error
  }
}

describe('what the file exporter of the collector writes', () => {
  const other = tracesData(otlpDocument(otlpSpan({ spanId: 'b'.repeat(16) })))
  const prefixed = (message: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(message.length)
    return Buffer.concat([length, message])
  }
  const file = Buffer.concat([prefixed(whole), prefixed(other)])

  test('format proto: each message behind its length is read', () => {
    expect(readOne(file).spans).toHaveLength(2)
    expect(readOne(prefixed(whole)).spans).toHaveLength(1)
  })

  test('a last message that is cut off costs no other, wherever it is cut', () => {
    const first = whole.length + 4
    for (let end = 1; end <= first + 4 + other.length; end++) {
      const read = () => readTraces(file.subarray(0, end))
      if (end < first) expect(read, String(end)).toThrow(Failure)
      else {
        const isCut = end !== first && end !== file.length
        const [trace] = read()
        expect([end, trace?.spans.length]).toEqual([end, end === file.length ? 2 : 1])
        expect([end, trace?.partial]).toEqual([end, isCut ? 'the last message is cut off' : undefined])
      }
    }
  })
})

describe('hostile bytes end in a Failure', () => {
  test('cut anywhere', () => {
    for (let end = 0; end <= whole.length; end++) readAll(whole.subarray(0, end))
    expect(readAll(whole.subarray(0, whole.length - 1))).toBe(1)
  })

  test('changed anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const bytes = Buffer.from(whole)
        bytes[at] = byte
        readAll(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['a length beyond the end', Buffer.concat([varint(10), varint(2 ** 31)])],
    ['a length of 64 bits', Buffer.concat([varint(10), varint(2n ** 64n - 1n)])],
    ['an endless number', Buffer.alloc(40, 0xff)],
    ['field number 0', Buffer.from([0x02, 0x00])],
    ['a group', Buffer.concat([field(1, Buffer.from([0x0b]))])],
  ])('%s', (_, bytes) => {
    expect(readAll(bytes)).toBe(1)
  })
})

test('an empty v2 answer holds no trace, a partial one says so', () => {
  expect(readTraces(traceByIdResponse(Buffer.alloc(0)))).toEqual([])
  expect(readOne(traceByIdResponse(whole, 'max size reached')).partial).toBe('max size reached')
  const told: string[] = []
  const onEmptyPart = (why: string) => void told.push(why)
  readTraces(traceByIdResponse(Buffer.alloc(0)), { onEmptyPart })
  readTraces(traceByIdResponse(whole, 'max size reached'), { onEmptyPart })
  expect(told).toEqual([])
  expect(readTraces(traceByIdResponse(Buffer.alloc(0), 'max size reached'), { onEmptyPart })).toEqual([])
  expect(told).toEqual(['max size reached'])
})
