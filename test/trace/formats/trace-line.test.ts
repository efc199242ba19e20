import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeJson } from '../../../src/text/safe-text.ts'
import { exportTrace } from '../../../src/trace/formats/export-trace.ts'
import { TRACE_LINES } from '../../../src/trace/formats/output-choices.ts'
import { LINE_SHAPES, LONGEST_MATCH, traceLine } from '../../../src/trace/formats/trace-line.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
import { makeSpan, makeTrace } from '../make.ts'
import { anyOtlpTrace } from '../rich.ts'

const whole = async (format: 'json' | 'otlp', trace: Trace): Promise<unknown> =>
  JSON.parse([...(await exportTrace(format, buildTree(trace), undefined, safeJson))].join(''))

describe.each(TRACE_LINES)('a trace in one line of %s', (format) => {
  const { begins, ends, ids } = LINE_SHAPES[format]
  const lineOf = (trace: Trace) => traceLine(format, trace, safeJson).toString('utf8')
  const idsIn = (line: string) => {
    const found = [...line.matchAll(ids)]
    for (const [match] of found) expect(match.length).toBeLessThanOrEqual(LONGEST_MATCH)
    return {
      traces: new Set(found.flatMap(({ groups }) => groups?.trace ?? [])),
      spans: found.flatMap(({ groups }) => groups?.span ?? []).sort(),
    }
  }
  const holds = async (trace: Trace) => {
    const line = lineOf(trace)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(line.startsWith(begins)).toBe(true)
    expect(line.endsWith(`${ends}\n`)).toBe(true)
    expect(JSON.parse(line)).toEqual(await whole(format === 'otlp' ? 'otlp' : 'json', trace))
    if (trace.spans.length === 0) return
    const traceId = format === 'otlp' ? trace.traceId.padStart(32, '0') : trace.traceId
    expect(idsIn(line)).toEqual({
      traces: new Set([traceId]),
      spans: trace.spans.map(({ spanId }) => spanId).sort(),
    })
  }

  it('is the whole trace, and its ids are found in its text', async () => {
    await fc.assert(fc.asyncProperty(anyTrace, holds))
    await fc.assert(fc.asyncProperty(anyOtlpTrace, holds), { numRuns: 50 })
  })

  it('the ids of links, and words of a span that look like ids, are none of them', async () => {
    const span = {
      ...makeSpan({ id: 2, name: '{"traceId":"ff","spanId":"ee","name":' }),
      attributes: [['{"spanId":"dd","parentSpanId":null', '"},{"spanId":"cc","parentSpanId":null']] as const,
      links: [
        {
          traceId: 'ab'.repeat(16),
          spanId: 'cd'.repeat(8),
          attributes: [['name', '{"traceId":"ff","startTime":']] as const,
        },
      ],
    }
    await holds({ ...makeTrace(), spans: [span] })
  })
})
