import { describe, expect, it } from 'vitest'
import { readTraceparent, traceContext, traceparentIn } from '../../src/api/traceparent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

describe('the trace that a request belongs to', () => {
  it.each([
    ['that of the caller', `00-${TRACE}-${SPAN}-01`, '01'],
    ['not sampled by the caller', `00-${TRACE}-${SPAN}-00`, '00'],
    ['flags without a meaning here', `00-${TRACE}-${SPAN}-ff`, '01'],
    ['the flag of random ids', `00-${TRACE}-${SPAN}-02`, '00'],
    ['a later version', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be`, '01'],
    ['blanks around it', ` 00-${TRACE}-${SPAN}-01 `, '01'],
    ['a span id that begins with a zero', `00-${TRACE}-0${SPAN.slice(1)}-01`, '01'],
    ['a span id that ends with a zero', `00-${TRACE}-${SPAN.slice(1)}0-01`, '01'],
  ])('is kept: %s', (_, parent, flags) => {
    expect(traceContext(parent)).toEqual({ traceId: TRACE, flags })
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['no such version', `ff-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-x`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['something before it', `x00-${TRACE}-${SPAN}-01`],
    ['too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a second line', `00-${TRACE}-${SPAN}-01\r\nX-Admin: 1`],
  ])('is a new one, sampled: %s', (_, parent) => {
    const { traceId, flags } = traceContext(parent)
    expect(traceId).toMatch(/^[0-9a-f]{32}$/)
    expect({ isNew: traceId !== TRACE, flags }).toEqual({ isNew: true, flags: '01' })
    expect(readTraceparent(parent)).toBeUndefined()
  })

  it('may end with a zero', () => {
    const traceId = `${TRACE.slice(1)}0`
    expect(readTraceparent(`00-${traceId}-${SPAN}-01`)).toEqual({ traceId, flags: '01' })
  })

  it('has a span of its own for each request', () => {
    const context = traceContext(`00-${TRACE}-${SPAN}-01`)
    const spans = Array.from({ length: 100 }, () => traceparentIn(context))
    for (const span of spans) expect(span).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    expect(new Set(spans).size).toBe(100)
  })
})
