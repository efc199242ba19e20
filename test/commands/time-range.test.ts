import { describe, expect, test } from 'vitest'
import { readView } from '../../src/commands/trace/output/view-options.ts'
import { readTimes } from '../../src/commands/trace/time-range.ts'
import { Failure } from '../../src/errors.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
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

  test.each([
    // time.time() of Python.
    [`${minutes(60) / 1000}.147`, minutes(60) + 147],
    [`${minutes(60) / 1000}.1471593`, minutes(60) + 147.1593],
    [`${minutes(60) / 1000}.0`, minutes(60)],
    // performance.timeOrigin of a browser.
    [`${minutes(60)}.5`, minutes(60) + 0.5],
    [`${minutes(60)}147.5`, minutes(60) + 0.1475],
  ])('%s since the epoch', (from, millis) => {
    expect(readTimes({ from }, NOW).fromMillis).toBeCloseTo(millis, 3)
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

  test.each([
    ['2026-11-24', '2026-11-24T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2026-11-24T09:30Z', '2026-11-24T09:30:00Z'],
    ['2026-11-24 09:30:00z', '2026-11-24T09:30:00Z'],
    ['2026-11-24T09:30:00.25+02:00', '2026-11-24T07:30:00.250Z'],
    ['2026-11-24T09:30:00+0200', '2026-11-24T07:30:00Z'],
    ['2026-11-24t09:30:00-05:30', '2026-11-24T15:00:00Z'],
    ['2026-11-24T09:30:00.2500000001Z', '2026-11-24T09:30:00.250Z'],
    ['2026-11-24T23:59:59Z', '2026-11-24T23:59:59Z'],
  ])('%s is %s', (from, same) => {
    expect(readTimes({ from, to: '2026-11-25' }, NOW).fromMillis).toBe(Date.parse(same))
  })

  test.each([
    '2026-02-30T00:00:00Z',
    '2026-02-29',
    '2026-09-31',
    '2026-13-01',
    '2026-00-10',
    '2026-11-24T24:30:00Z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T10:60:00Z',
    '2026-11-24T10:00:00+25:00',
    '2026-11',
    '2026-11-24T',
    '2026-11-24T10Z',
  ])('%s is no time, and no other one is taken for it', (from) => {
    const refused = expect.objectContaining({ code: 'usage', message: `--from: "${from}" is not a time` })
    expect(() => readTimes({ from }, NOW)).toThrow(refused)
    expect(() => readView({ from }, NOW)).toThrow(Failure)
  })

  test.each(['2026-11-24T09:30:00', '2026-11-24 09:30', '2026-11-24T09:30:00.5'])(
    '%s is none without its zone: a laptop and a server would look at different hours',
    (from) => {
      const whole = from.replace(' ', 'T')
      const hint = `Say in which zone: ${whole}Z, or ${whole}+02:00.`
      expect(() => readTimes({ from }, NOW)).toThrow(expect.objectContaining({ code: 'usage', hint }))
      expect(() => readView({ from }, NOW)).toThrow(expect.objectContaining({ code: 'usage', hint }))
      expect(() => readTimes({ from: `${whole}Z` }, NOW)).not.toThrow()
    },
  )

  test.each([
    [{ since: '0s' }, '--since: "0s" is no time to look at', /^Write how far back: 5m, /],
    [{ since: '0m', to: 'now-1h' }, '--since: "0m" is no time to look at', /^Write how far back: 5m, /],
    [
      { from: 'now' },
      'the time to look at ends before it begins',
      /^Check --from: without --to it ends now\.$/,
    ],
    [{ from: 'now', to: 'now-1h' }, 'the time to look at ends before it begins', /^Check --from and --to\.$/],
  ])('%j holds no time: the flags that were typed are named', (flags, message, hint) => {
    expect(() => readTimes(flags, NOW)).toThrow(
      expect.objectContaining({ code: 'usage', message, hint: expect.stringMatching(hint) }),
    )
  })

  test.each([
    { since: '99999999d' },
    { since: '99999999999d' },
    { from: 'now-999999999d' },
    { from: '1960-01-01' },
  ])('%j is as far back as time goes: no server and no date knows an earlier one', (flags) => {
    expect(readTimes(flags, NOW)).toEqual({ fromMillis: 0, toMillis: NOW })
  })

  test.each(['now-99999999d', 'now-999999999d', '1960-01-01', '1970-01-01T00:00:00Z'])(
    'nothing was before %s',
    (to) => {
      for (const from of [undefined, 'now-9999999999d'])
        expect(() => readTimes({ to, from }, NOW)).toThrow(
          expect.objectContaining({ code: 'usage', message: `--to: "${to}" is before 1970` }),
        )
    },
  )

  test('a moment of a trace may be one, too', () => {
    const { from, to } = readView({ from: 'now-1h', to: '120ms' }, NOW)
    expect(from).toEqual({ epochNanos: BigInt(minutes(60)) * 1_000_000n })
    expect(to).toEqual({ afterNanos: 120e6 })
    expect(() => readView({ from: 'now-1' }, NOW)).toThrow(Failure)
  })

  test.each([
    ['200ms', '100ms'],
    ['now-1m', 'now-2m'],
    ['2026-11-24T10:00:00.2Z', '2026-11-24T10:00:00.1Z'],
    ['now', '2026-11-24T09:00:00Z'],
  ])('from %s to %s is the wrong way round, the other way is not', (from, to) => {
    expect(() => readView({ from, to }, NOW)).toThrow(
      expect.objectContaining({ code: 'usage', message: 'the time to look at ends before it begins' }),
    )
    expect(readView({ from: to, to: from }, NOW).from).toBeDefined()
  })
})
