import { expect, test } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { readTraceFile } from '../../../src/trace/sources/file/read-trace-file.ts'
import { tracesInAnswer } from '../../../src/trace/sources/traces-in-answer.ts'

const failureOf = (work: () => unknown): Failure => {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('nothing failed')
}

/** One span with a value nested deeper than anything a tracer writes: found out when it is looked at. */
function nested(): Buffer {
  let value: unknown = { stringValue: 'x' }
  for (let depth = 0; depth < 200; depth++) value = { arrayValue: { values: [value] } }
  const span = {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    name: 'x',
    attributes: [{ key: 'deep', value }],
  }
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
}

test.each<[string, () => Buffer, string]>([
  ['an empty answer', () => Buffer.alloc(0), 'it is empty'],
  ['a text', () => Buffer.from('hello'), 'it is neither JSON nor OTLP protobuf'],
  ['broken JSON', () => Buffer.from('{"resourceSpans":[{'), 'the JSON is broken or cut off'],
  ['a part that is read late', nested, 'it holds an attribute nested too deep'],
])('%s: whose fault it is stands around the reason, for a back end and for a file', (_, make, why) => {
  const look = (traces: readonly { spans: readonly { attributes: unknown }[] }[]) =>
    traces[0]?.spans[0]?.attributes
  const answered = failureOf(() => look(tracesInAnswer({ body: make(), maxBytes: 2 ** 20 }, 'Somebody')))
  expect(answered).toMatchObject({
    code: 'api-failed',
    message: `Somebody answered with something that is no trace: ${why}`,
  })
  expect(answered.hint).toContain('base URL of Somebody')
  const read = failureOf(() => look(readTraceFile(make(), 't.json')))
  expect(read.code).toBe('usage')
  expect(read.message).toMatch(/^cannot read t\.json: /)
  expect(read.message.endsWith(why)).toBe(true)
  expect(read.hint).toMatch(/^(Readable are OTLP|Check what wrote it)/)
})
