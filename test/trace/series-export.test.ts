import { expect, test } from 'vitest'
import type { TimeSeries } from '../../src/trace/series.ts'
import { toSeriesCsv, toSeriesJson } from '../../src/trace/series-export.ts'

const at = (millis: number): TimeSeries => ({ labels: [['a', 'b']], points: [[millis, 1]] })

test('times are RFC 3339; one that no calendar has is given as the number it is', () => {
  for (const [millis, time] of [
    [0, '1970-01-01T00:00:00.000Z'],
    [8.64e15, '+275760-09-13T00:00:00.000Z'],
    [8.64e15 + 1, '8640000000000001ms'],
    [-1e300, '-1e+300ms'],
  ] as const) {
    expect(toSeriesJson(at(millis)).points).toEqual([{ time, value: 1 }])
    expect([...toSeriesCsv([at(millis)])].at(-1)).toBe(`${time},b,1\r\n`)
  }
})
