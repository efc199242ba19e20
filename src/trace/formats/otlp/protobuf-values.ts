import {
  type Attributes,
  type AttributeValue,
  NONE,
  type Scope,
  type SpanEvent,
  type SpanLink,
} from '../../model.ts'
import { narrow } from '../foreign-json.ts'
import type { Details } from '../lazy-span.ts'
import { knownMoment } from '../span-times.ts'
import { droppedOf } from './otlp-json.ts'
import { MOST_NESTED } from './otlp-values.ts'
import { BYTES, damaged, FIXED64, VARINT, WireCursor } from './protobuf-wire.ts'

const field = (number: number, type: number): number => number * 8 + type

/** A `KeyValue` at the cursor. */
function readKeyValue(cursor: WireCursor, depth = 0): [string, AttributeValue] {
  let key = ''
  let value: AttributeValue = null
  cursor.message((tag) => {
    if (tag === field(1, BYTES)) key = cursor.text()
    else if (tag === field(2, BYTES)) value = readAnyValue(cursor, depth)
    else return false
    return true
  })
  return [key, value]
}

/** An `AnyValue` at the cursor. Nesting is bounded: it is the only part of OTLP that nests in itself. */
function readAnyValue(cursor: WireCursor, depth: number): AttributeValue {
  if (depth > MOST_NESTED) throw damaged('an attribute is nested too deep')
  let value: AttributeValue = null
  cursor.message((tag) => {
    if (tag === field(1, BYTES)) value = cursor.text()
    else if (tag === field(2, VARINT)) value = cursor.int64() !== 0n
    else if (tag === field(3, VARINT)) value = narrow(cursor.int64())
    else if (tag === field(4, FIXED64)) value = cursor.double()
    else if (tag === field(5, BYTES)) value = readList(cursor, depth)
    else if (tag === field(6, BYTES)) value = Object.fromEntries(readRepeated(cursor, depth))
    else if (tag === field(7, BYTES)) value = readBytes(cursor)
    else return false
    return true
  })
  return value
}

function readList(cursor: WireCursor, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  cursor.message((tag) => {
    if (tag !== field(1, BYTES)) return false
    values.push(readAnyValue(cursor, depth + 1))
    return true
  })
  return values
}

function readRepeated(cursor: WireCursor, depth: number): [string, AttributeValue][] {
  const entries: [string, AttributeValue][] = []
  cursor.message((tag) => {
    if (tag !== field(1, BYTES)) return false
    entries.push(readKeyValue(cursor, depth + 1))
    return true
  })
  return entries
}

function readBytes(cursor: WireCursor): Uint8Array {
  const end = cursor.chunk()
  const bytes = new Uint8Array(cursor.bytes.subarray(cursor.at, end))
  cursor.at = end
  return bytes
}

/** The attributes of a `Resource` at the cursor. */
export function readResourceMessage(cursor: WireCursor): Attributes {
  const attributes: [string, AttributeValue][] = []
  cursor.message((tag) => {
    if (tag !== field(1, BYTES)) return false
    attributes.push(readKeyValue(cursor))
    return true
  })
  return attributes.length > 0 ? attributes : NONE
}

/** An `InstrumentationScope` at the cursor; `undefined` when it says nothing. */
export function readScopeMessage(cursor: WireCursor): Scope | undefined {
  let name = ''
  let version = ''
  const attributes: [string, AttributeValue][] = []
  cursor.message((tag) => {
    if (tag === field(1, BYTES)) name = cursor.text()
    else if (tag === field(2, BYTES)) version = cursor.text()
    else if (tag === field(3, BYTES)) attributes.push(readKeyValue(cursor))
    else return false
    return true
  })
  if (name === '' && version === '' && attributes.length === 0) return undefined
  return { name, ...(version !== '' && { version }), attributes: attributes.length > 0 ? attributes : NONE }
}

function readEvent(cursor: WireCursor): SpanEvent {
  let name = ''
  let timeNanos = 0n
  const attributes: [string, AttributeValue][] = []
  cursor.message((tag) => {
    if (tag === field(1, FIXED64)) timeNanos = cursor.fixed64()
    else if (tag === field(2, BYTES)) name = cursor.text()
    else if (tag === field(3, BYTES)) attributes.push(readKeyValue(cursor))
    else return false
    return true
  })
  return { name, timeNanos: knownMoment(timeNanos), attributes: attributes.length > 0 ? attributes : NONE }
}

function readLink(cursor: WireCursor): SpanLink {
  let traceId = ''
  let spanId = ''
  const attributes: [string, AttributeValue][] = []
  cursor.message((tag) => {
    if (tag === field(1, BYTES)) traceId = cursor.hex()
    else if (tag === field(2, BYTES)) spanId = cursor.hex()
    else if (tag === field(4, BYTES)) attributes.push(readKeyValue(cursor))
    else return false
    return true
  })
  return { traceId, spanId, attributes: attributes.length > 0 ? attributes : NONE }
}

/** A `uint32`. */
const count = (cursor: WireCursor): number => Number(BigInt.asUintN(32, cursor.int64()))

/** Reads attributes, events and links of the `Span` message whose length stands at the given offset. */
export function protobufDetails(bytes: Buffer): Details<number> {
  const collect = <Item>(offset: number, number: number, read: (cursor: WireCursor) => Item) => {
    const cursor = new WireCursor(bytes, offset)
    const items: Item[] = []
    cursor.message((tag) => {
      if (tag !== field(number, BYTES)) return false
      items.push(read(cursor))
      return true
    })
    return items.length > 0 ? items : NONE
  }
  return {
    attributes: (offset) => collect(offset, 9, (cursor) => readKeyValue(cursor)),
    events: (offset) => collect(offset, 11, readEvent),
    links: (offset) => collect(offset, 13, readLink),
    dropped(offset) {
      const counts = { attributes: 0, events: 0, links: 0 }
      const cursor = new WireCursor(bytes, offset)
      cursor.message((tag) => {
        if (tag === field(10, VARINT)) counts.attributes = count(cursor)
        else if (tag === field(12, VARINT)) counts.events = count(cursor)
        else if (tag === field(14, VARINT)) counts.links = count(cursor)
        else return false
        return true
      })
      return droppedOf(counts.attributes, counts.events, counts.links)
    },
  }
}
