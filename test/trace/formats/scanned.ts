import { expect } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/json-object.ts'
import { Collection } from '../../../src/trace/formats/collection.ts'
import { quoteLongIntegers } from '../../../src/trace/formats/foreign-json.ts'
import { plainTrace } from '../rich.ts'

/** What was read, lazy parts included, as plain data. */
function plain(collection: Collection): unknown {
  return { recognised: collection.recognised, traces: collection.traces().map(plainTrace) }
}

/** The other way to the same: `JSON.parse`, then the objects. A failure of it as its message. */
function byObjects(text: string, read: (value: JsonObject, into: Collection) => void): unknown {
  try {
    const into = new Collection()
    read(JSON.parse(text) as JsonObject, into)
    if (!into.inexact) return plain(into)
    const exact = new Collection()
    read(JSON.parse(quoteLongIntegers(text)) as JsonObject, exact)
    return plain(exact)
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError || error instanceof TypeError)
      return error.message
    throw error
  }
}

/** The scan may decline; what it accepts is what the objects give. Says which it was. */
export function agrees(
  bytes: Buffer,
  scan: (bytes: Buffer) => Collection | undefined,
  read: (value: JsonObject, into: Collection) => void,
): boolean {
  const scanned = scan(bytes)
  if (scanned !== undefined) expect(plain(scanned)).toEqual(byObjects(bytes.toString('utf8'), read))
  return scanned !== undefined
}

/** Small edits of a text. */
export const EDITS = [...'{}[]",:\\eE+-.0123 \n', 'null', '\u0001', '"spans":', '{"a":1},', '\ud83d', '']

/** The text with `cut` characters replaced by `put`, one edit after the other. */
export function edited(text: string, edits: readonly { at: number; cut: number; put: string }[]): string {
  return edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), text)
}
