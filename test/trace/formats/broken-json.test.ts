import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'

const failureOf = (input: string | Uint8Array): Failure => {
  try {
    readTraces(Buffer.from(input as string))
  } catch (error) {
    return error as Failure
  }
  throw new Error('it was read')
}

test.each([
  ['{"a":1', 'the JSON is broken or cut off'],
  ['{"a":"é" 1}\n', 'the JSON is broken or cut off'],
  ['\ufeff{"a" 1}', 'the JSON is broken or cut off'],
  ['\n\n{"a":1}\n{"b" 2}\n{"a":1}\n', 'line 4 is not JSON'],
])('%j: %s', (text, message) => {
  for (const input of [text, gzipSync(text)])
    expect(failureOf(input)).toMatchObject({
      ...{ code: 'api-failed', reason: 'broken-json', message, hint: 'Download or export it again.' },
    })
})
