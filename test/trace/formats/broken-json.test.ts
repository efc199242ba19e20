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

const CUT = 'the JSON is cut off'
const LONG = '9'.repeat(19)
const DEEP = '['.repeat(300)

test.each([
  ['{"a":1', CUT],
  ['{"a":1\n \n', CUT],
  ['{"a":"x', CUT],
  ['{"a":"x\n', CUT],
  ['{"a":"x\\', CUT],
  ['{"a":"x\\u12', CUT],
  ['{"a":tru', CUT],
  ['{"a":-', CUT],
  ['{"a":1e', CUT],
  [`{"a":${LONG},`, CUT],
  [`{"a":${DEEP}`, CUT],
  ['[', CUT],
  ['{"a":1 "b":2}', 'the JSON is broken at byte 8'],
  ['{"a":1,}', 'the JSON is broken at byte 8'],
  ['{"a":truth}', 'the JSON is broken at byte 9'],
  ['{"a":fase}', 'the JSON is broken at byte 8'],
  ['{"a":"b\\x"}', 'the JSON is broken at byte 9'],
  ['{"a":"b\\u00x0"}', 'the JSON is broken at byte 12'],
  ['{"a":"é" 1}\n', 'the JSON is broken at byte 11'],
  ['{"a":01}', 'the JSON is broken at byte 7'],
  ['{"a":1.}', 'the JSON is broken at byte 8'],
  [`{"a":${LONG}x}`, 'the JSON is broken at byte 25'],
  [`${DEEP}x]`, 'the JSON is broken at byte 301'],
  ['{hello}', 'the JSON is broken at byte 2'],
  ['\ufeff{"a" 1}', 'the JSON is broken at byte 9'],
  ['{\n  "a": 1\n  "b": 2\n}', 'the JSON is broken at byte 14'],
  ['{\r\n "é😀": 1 x\r\n}', 'the JSON is broken at byte 17'],
  ['\n\n{"a":1 x}', 'the JSON is broken at byte 10'],
  ['{"a":"b\n"}', 'the JSON is broken at byte 8'],
  ['{"a":1}\n{"b" 2}\n{"a":1}\n', 'line 2 is not JSON'],
  ['\n\n{"a":1}\n{"b" 2}\n{"a":1}\n', 'line 4 is not JSON'],
])('%j: %s', (text, message) => {
  for (const input of [text, gzipSync(text)]) {
    const failure = failureOf(input)
    expect(failure).toMatchObject({ code: 'api-failed', reason: 'broken-json', message })
    expect(failure.hint).toBe(
      message === CUT
        ? 'Download it again. The end is missing.'
        : 'Check that place, or export the file again.',
    )
  }
})

test('nothing of the file and no word of V8 is told', () => {
  const secret = 'hunter2-secret'
  for (const text of [`{"${secret}" ${secret}}`, `{"a":"${secret}`, `{"a":1}\n{${secret}}\n{}\n`]) {
    const { message, hint, detail } = failureOf(text)
    expect(JSON.stringify([message, hint, detail])).not.toMatch(/hunter2|unexpected|position|token/i)
  }
})
