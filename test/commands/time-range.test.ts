import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { readFlags } from '../../src/frame/verb.ts'
import { timeFlags, timeRange } from '../../src/verbs/search-flags.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const readTimes = (typed: Readonly<Record<string, unknown>>, now: number) =>
  timeRange(readFlags(timeFlags, typed, [], now), typed, now)
const minutes = (count: number) => NOW - count * 60_000

describe('times as dashboards write them', () => {
  test.each([
    [{ from: 'now-1h' }, 60, 0],
    [{ from: 'now-1h30m', to: 'now-30m' }, 90, 30],
    [{ from: 'now-2d', to: 'now' }, 2880, 0],
    [{ from: ' NOW - 1h ', to: 'now' }, 60, 0],
    [{ to: 'now-30m' }, 90, 30],
    [{ from: '2026-11-24T09:00:00Z', to: 'now-1m' }, 60, 1],
    [{ from: String(minutes(60) / 1000) }, 60, 0],
  ])('%j', (flags, from, to) => {
    expect(readTimes(flags, NOW)).toEqual({ fromMillis: minutes(from), toMillis: minutes(to) })
  })

  test.each(['1795857562.', '.147', '1795857562.1.2', '17.5', '1795857562,147'])('%s is no time', (from) => {
    expect(() => readTimes({ from }, NOW)).toThrow(`--from: "${from}" is not a time`)
  })

  test.each(['now-', 'now-1', 'now-soon', 'now+1h', 'now/d', 'nowadays', 'then'])(
    '"%s" is refused',
    (from) => {
      expect(() => readTimes({ from }, NOW)).toThrow(Failure)
    },
  )
})
