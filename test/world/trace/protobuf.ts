/** Writes OTLP protobuf, by hand, from OTLP/JSON objects (hex ids, integer enums): what a real Tempo sends. */

interface Json {
  readonly [key: string]: unknown
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

/** Tags and most lengths are one byte, and a large trace has tens of millions of them. */
const ONE_BYTE = Array.from({ length: 0x80 }, (_, byte) => Buffer.of(byte))

export function varint(value: number | bigint): Buffer {
  const short = typeof value === 'number' ? ONE_BYTE[value] : undefined
  if (short) return short
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

/** A field with a length: a message, a text or bytes. */
export function field(number: number, content: Buffer | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

export function number(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)])
}

export function fixed64(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([varint(field * 8 + 1), bytes])
}

function anyValue(value: Json): Buffer {
  if (typeof value.stringValue === 'string') return field(1, value.stringValue)
  if (typeof value.boolValue === 'boolean') return number(2, value.boolValue ? 1 : 0)
  if (value.intValue !== undefined) return number(3, BigInt(value.intValue as string))
  if (value.doubleValue !== undefined) {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(Number(value.doubleValue))
    return Buffer.concat([varint(4 * 8 + 1), bytes])
  }
  if (value.arrayValue) {
    const { values } = value.arrayValue as Json
    return field(5, Buffer.concat(list(values).map((item) => field(1, anyValue(item)))))
  }
  if (value.kvlistValue) return field(6, keyValues(1, (value.kvlistValue as Json).values))
  if (typeof value.bytesValue === 'string') return field(7, Buffer.from(value.bytesValue, 'base64'))
  return Buffer.alloc(0)
}

function keyValues(under: number, attributes: unknown): Buffer {
  return Buffer.concat(
    list(attributes).map(({ key, value }) =>
      field(under, Buffer.concat([field(1, String(key)), field(2, anyValue((value ?? {}) as Json))])),
    ),
  )
}

const id = (under: number, hex: unknown): Buffer =>
  typeof hex === 'string' && hex !== '' ? field(under, Buffer.from(hex, 'hex')) : Buffer.alloc(0)

function status(value: unknown): Buffer {
  const { message, code } = (value ?? {}) as Json
  return Buffer.concat([
    ...(typeof message === 'string' ? [field(2, message)] : []),
    ...(typeof code === 'number' ? [number(3, code)] : []),
  ])
}

const count = (under: number, value: unknown): Buffer =>
  typeof value === 'number' ? number(under, value) : Buffer.alloc(0)

function span(item: Json): Buffer {
  return Buffer.concat([
    id(1, item.traceId),
    id(2, item.spanId),
    id(4, item.parentSpanId),
    field(5, String(item.name ?? '')),
    number(6, Number(item.kind ?? 0)),
    fixed64(7, BigInt((item.startTimeUnixNano as string) ?? 0)),
    fixed64(8, BigInt((item.endTimeUnixNano as string) ?? 0)),
    keyValues(9, item.attributes),
    count(10, item.droppedAttributesCount),
    count(12, item.droppedEventsCount),
    count(14, item.droppedLinksCount),
    ...list(item.events).map((event) =>
      field(
        11,
        Buffer.concat([
          fixed64(1, BigInt(event.timeUnixNano as string)),
          field(2, String(event.name)),
          keyValues(3, event.attributes),
        ]),
      ),
    ),
    ...list(item.links).map((link) =>
      field(13, Buffer.concat([id(1, link.traceId), id(2, link.spanId), keyValues(4, link.attributes)])),
    ),
    field(15, status(item.status)),
  ])
}

function scopeSpans(item: Json): Buffer {
  const { name, version, attributes } = (item.scope ?? {}) as Json
  const scope = Buffer.concat([
    ...(typeof name === 'string' ? [field(1, name)] : []),
    ...(typeof version === 'string' ? [field(2, version)] : []),
    keyValues(3, attributes),
  ])
  return Buffer.concat([field(1, scope), ...list(item.spans).map((one) => field(2, span(one)))])
}

/** `TracesData`: Tempo's v1 answer, and the trace of its v2 answer. */
export function tracesData(document: { readonly resourceSpans: readonly unknown[] }): Buffer {
  return Buffer.concat(
    list(document.resourceSpans).map((item) => {
      const resource = keyValues(1, ((item.resource ?? {}) as Json).attributes)
      const scopes = list(item.scopeSpans).map((one) => field(2, scopeSpans(one)))
      return field(1, Buffer.concat([field(1, resource), ...scopes]))
    }),
  )
}

/** Tempo's `TraceByIDResponse`; with a message it is marked PARTIAL. */
export function traceByIdResponse(trace: Buffer, partial?: string): Buffer {
  const ending = partial === undefined ? [] : [number(3, 1), field(4, partial)]
  return Buffer.concat([field(1, trace), field(2, Buffer.alloc(0)), ...ending])
}
