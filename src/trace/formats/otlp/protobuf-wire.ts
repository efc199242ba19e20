import type { Failure } from '../../../errors.ts'
import {
  type Attributes,
  type AttributeValue,
  NONE,
  type Scope,
  type SpanEvent,
  type SpanLink,
} from '../../model.ts'
import type { Details } from '../collection.ts'
import { damagedTrace, narrow } from '../foreign-json.ts'
import { knownMoment } from '../span-times.ts'
import { droppedOf } from './otlp-json.ts'
import { MOST_NESTED } from './otlp-values.ts'

// Why it is our own (100,000 spans, 43 MB, Node 24, this cursor rewritten on either library and run in turn):
// - @bufbuild/protobuf 2.17 `wire`: reading the tree 50 -> 60 ms, with all attributes 300 -> 450 ms (a whole `trace get` within
// noise, `-o ndjson` 2.4 -> 2.6 s of CPU). It checks against the end of the bytes and not of the message, accepts groups, and
// takes lengths beyond 2^32 for small ones. So a class around it is nearly as long.
// - pbf 5.1: as quick, and does not check bounds at all; integers of 64 bits are rounded.

/** Wire types of the protobuf encoding that OTLP uses; groups (3 and 4) are deprecated and rejected. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
const FIXED32 = 5

/** Failure `api-failed` for anything the encoding does not allow. */
function damaged(what: string): Failure {
  return damagedTrace(`the protobuf is damaged: ${what}`)
}

/**
 * A cursor over protobuf bytes. Every read is checked against `end`, the end of its message, so hostile lengths end in a
 * Failure `api-failed` and never in a read outside.
 */
export class WireCursor {
  readonly bytes: Buffer
  at: number
  end: number

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** The next field as `number * 8 + wire type`, 0 at the end of the message. */
  tag(): number {
    if (this.at >= this.end) return 0
    const tag = this.small()
    if (tag < 8) throw damaged('field number 0')
    return tag
  }

  /** A varint that is a tag, a length or an enum: below 2^32 or refused. */
  small(): number {
    let value = 0
    for (let factor = 1; factor <= 0x10000000; factor *= 128) {
      if (this.at >= this.end) throw damaged('it ends in the middle of a number')
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw damaged('a number is too long')
  }

  /** A varint of up to 64 bits, as a signed integer (`int64`). */
  int64(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= this.end) throw damaged('it ends in the middle of a number')
      const byte = this.bytes[this.at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw damaged('a number is too long')
  }

  /** An enum: one byte, or a varint of any length as protobuf allows for negative ones. */
  enum(): number {
    const byte = this.at < this.end ? this.bytes[this.at]! : 0xff
    if (byte >= 0x80) return Number(this.int64())
    this.at++
    return byte
  }

  /** Half of a `fixed64`, the lower one first. */
  half(): number {
    const at = this.#take(4)
    const { bytes } = this
    const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    return low + bytes[at + 3]! * 0x1000000
  }

  /** Eight bytes, little-endian, unsigned. */
  fixed64(): bigint {
    const at = this.#take(8)
    return this.bytes.readBigUInt64LE(at)
  }

  /** Eight bytes, little-endian, IEEE 754. */
  double(): number {
    return this.bytes.readDoubleLE(this.#take(8))
  }

  /** Reads a length and returns the end of the bytes after it; `at` is their start. */
  chunk(): number {
    const length = this.small()
    if (length > this.end - this.at) throw damaged('a length leads beyond the end')
    return this.at + length
  }

  /** A length and so many bytes of UTF-8. */
  text(): string {
    const end = this.chunk()
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end
    return text
  }

  /** A length and so many bytes, as lower-case hex. */
  hex(): string {
    const end = this.chunk()
    const text = this.bytes.toString('hex', this.at, end)
    this.at = end
    return text
  }

  /** Skips the value of a field that is not needed. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.int64()
        return
      case FIXED64:
        this.#take(8)
        return
      case BYTES:
        this.at = this.chunk()
        return
      case FIXED32:
        this.#take(4)
        return
      default:
        throw damaged(`wire type ${tag & 7}`)
    }
  }

  /** Calls `read` for each field of the message that begins here with its length; it may leave a field unread. */
  message(read: (tag: number) => boolean): void {
    const outer = this.end
    const end = this.chunk()
    this.end = end
    for (let tag = this.tag(); tag !== 0; tag = this.tag()) {
      if (!read(tag)) this.skip(tag)
    }
    this.end = outer
  }

  #take(size: number): number {
    const at = this.at
    if (size > this.end - at) throw damaged('it ends in the middle of a value')
    this.at = at + size
    return at
  }
}

const field = (number: number, type: number): number => number * 8 + type

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
