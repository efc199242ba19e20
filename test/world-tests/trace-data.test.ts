import { expect, test } from 'vitest'
import { makeTrace, withHostileText } from '../world/trace-data.ts'

test('hostile text is everywhere and the structure stays', () => {
  const trace = makeTrace({ seed: 3 })
  const hostile = withHostileText(trace)
  expect(hostile.spans.map((span) => span.spanId)).toEqual(trace.spans.map((span) => span.spanId))
  const text = JSON.stringify(hostile.spans)
  for (const trick of ['\\u001b[31m', '\\u001b]8;;', '\u202e', '\u009b', '\\u0007', '\\r\\n']) {
    expect(text).toContain(trick)
  }
})
