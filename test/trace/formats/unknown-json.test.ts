import { expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'

test.each([
  ['another list under data', { data: [{ id: 'A', name: 'x' }] }, 'the JSON holds no spans'],
  ['a list of texts', { data: ['x'] }, 'the JSON holds no spans'],
  ['records of a log with ids', [{ trace_id: '1f', id: '2a', name: 'x' }], 'the JSON holds no spans'],
  ['anything else', { hello: 1 }, 'the JSON holds no spans'],
  ['null', null, 'the JSON holds no spans'],
  ['a text', 'hello', 'the JSON holds no spans'],
  ['a number', 12, 'the JSON holds no spans'],
])('%s is named for what it is, not taken for Lightstep’s', (_, document, words) => {
  const read = () => readTraces(Buffer.from(JSON.stringify(document)))
  expect(read).toThrow(words)
  try {
    read()
  } catch (error) {
    expect((error as Failure).hint).toMatch(/^ls-auth reads OTLP/)
  }
})
