import { expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { readTraceFile } from '../../../src/trace/sources/file/read-trace-file.ts'

const failureOf = (text: string): Failure => {
  try {
    readTraceFile(Buffer.from(text), 'a.json')
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was read as a trace')
}

/** OTLP in JSON leaves out what is empty, so an empty document of it is `{}`. */
it.each(['{}', ' {\n}\n', '[]', '{"resourceSpans":[]}', '{"trace":{}}'])(
  'an empty document is one that holds no spans: %s',
  (text) => {
    expect(failureOf(text)).toMatchObject({ code: 'not-found', exit: 7, message: 'a.json holds no spans' })
  },
)

it.each(['[{}]', '{"a":{}}', '{}x'])('what is no trace is wrong usage: %s', (text) => {
  expect(failureOf(text)).toMatchObject({ code: 'usage', exit: 2 })
})
