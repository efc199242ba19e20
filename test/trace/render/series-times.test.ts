import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { stepText } from '../../../src/trace/render/chart/clock-axis.ts'
import { renderTable } from '../../../src/trace/render/chart/series-table.ts'

/** The cells of TIME of a table with values at these times, in UTC. */
function timesOf(...times: string[]): string[] {
  const at = times.map((time) => Date.parse(time))
  const lines = renderTable([{ labels: [], points: at.map((millis) => [millis, 1]) }], {
    ...{ width: 80, unicode: true, style: UNSTYLED, stepSeconds: 60 },
    ...{ fromMillis: at[0] as number, toMillis: at.at(-1) as number },
  })
  return lines.slice(-times.length).map((line) => line.replace(/ +1$/, ''))
}

describe('the times of a table say what tells them apart', () => {
  test('within a day the clock', () => {
    expect(timesOf('2026-03-01T10:00:00Z', '2026-03-01T10:01:00Z')).toEqual(['10:00', '10:01'])
  })

  test('within a year the day', () => {
    expect(timesOf('2026-03-01T10:00:00Z', '2026-12-31T00:00:30Z')).toEqual([
      '03-01 10:00:00',
      '12-31 00:00:30',
    ])
  })

  test('beyond it the year', () => {
    expect(timesOf('2024-11-28T00:00:00Z', '2025-11-28T00:00:00Z', '2026-11-28T00:00:00Z')).toEqual([
      '2024-11-28 00:00',
      '2025-11-28 00:00',
      '2026-11-28 00:00',
    ])
    expect(timesOf('2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z')).toEqual([
      '2025-12-31 00:00',
      '2026-01-01 00:00',
    ])
  })
})

test.each([
  [1, '1s'],
  [90, '90s'],
  [300, '5m'],
  [43_200, '12h'],
  [86_400, '1d'],
  [129_600, '36h'],
  [1_123_200, '13d'],
])('a step of %i seconds is %s', (seconds, text) => {
  expect(stepText(seconds)).toBe(`step ${text}`)
})
