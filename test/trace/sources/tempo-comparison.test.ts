import { describe, expect, it } from 'vitest'
import type { TimeSeries } from '../../../src/trace/series.ts'
import { readComparison } from '../../../src/trace/sources/tempo/tempo-comparison.ts'

const series = (type: string, name: string, value: string, ...spans: number[]): TimeSeries => ({
  labels: [
    ['__meta_type', type],
    [name, value],
  ],
  points: spans.map((count, i) => [i * 1000, count]),
})

describe('what Tempo counted of two groups', () => {
  it('a number and a text that read alike are one value, as where the spans are counted here', () => {
    const { attributes } = readComparison(
      [
        series('selection_total', 'name', 'nil', 50),
        series('selection', 'span.code', '504', 40),
        // Tempo gives one series for the number and another for the text.
        series('selection', 'span.code', '504', 2, 1),
        series('baseline', 'span.code', '504', 4),
        series('baseline', 'span.code', '504', 5),
      ],
      100,
    )
    const code = attributes.find(({ name }) => name === 'span.code')
    expect(code?.values.get('504')).toEqual({
      selection: { spans: 43, traces: 43 },
      baseline: { spans: 9, traces: 9 },
    })
  })
})
