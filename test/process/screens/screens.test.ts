import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { failedCharge } from '../../world/trace/failed-charge.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace, movedTo, type TraceData, withHostileText } from '../../world/trace-data.ts'
import { startWarmProgram, type WarmProgram } from '../../world/warm-program.ts'

/** What each command that reads traces prints; what stays the same is kept in test/golden/screens. */
const WIDTHS = [60, 80, 120, 200]

/** So far ahead that its age, "in 9999d", is the same every day. */
function inThe22ndCentury(made: TraceData): TraceData {
  const later = 100 * 365 * 86_400 * 1_000_000
  const spans = made.spans.map((span) => ({
    ...span,
    startMicros: span.startMicros + later,
    endMicros: span.endMicros + later,
  }))
  return { ...made, spans }
}

const trace = inThe22ndCentury(makeTrace({ seed: 7 }))
let machine: Machine
let tempo: TempoApi
let warm: WarmProgram
beforeAll(async () => {
  machine = await openMachine()
  warm = await startWarmProgram(machine)
  tempo = await startTempoApi({ traces: [trace, ...ofTheHour()] })
  const others = [makeTrace({ seed: 8 }), makeTrace({ seed: 9, spans: 120 })]
  const traces = [trace, ...others.map(inThe22ndCentury)]
  await writeFile(join(machine.home, 'checkout.json'), JSON.stringify(toOtlpDocument([trace], 'hex')))
  await writeFile(join(machine.home, 'traces.json'), JSON.stringify(toOtlpDocument(traces, 'hex')))
  await writeFile(join(machine.home, 'charge.json'), JSON.stringify(failedCharge()))
  const hostile = withHostileText(makeTrace({ seed: 2, spans: 120 }))
  await writeFile(join(machine.home, 'hostile.json'), JSON.stringify(toOtlpDocument([hostile], 'hex')))
})
afterAll(() => Promise.all([machine.close(), tempo.close()]))

const HOUR = ['--from', '2026-09-22T06:00:00Z', '--to', '2026-09-22T07:00:00Z']

/** Checkouts of that hour, more and more of them, and none for a while. */
function ofTheHour(): TraceData[] {
  const begin = Date.parse('2026-09-22T06:00:00Z')
  const minutes = Array.from({ length: 60 }, (_, minute) => minute).filter(
    (minute) => minute < 20 || minute > 26,
  )
  return minutes.flatMap((minute) =>
    Array.from({ length: 1 + Math.floor(minute / 12) }, (_, i) =>
      movedTo(
        begin + minute * 60_000 + i * 1000,
        makeTrace({ seed: 100 + minute, spans: 40 + ((minute * 7) % 50) }),
      ),
    ),
  )
}

/** Name, typed words, and whether the same is printed every time. */
const SCREENS: readonly (readonly [name: string, line: string, isStable: boolean])[] = [
  ['trace-get', 'trace get checkout.json', true],
  ['trace-get-errors', 'trace get checkout.json --error', true],
  ['trace-get-span', 'trace get checkout.json --span edbd7ced52600c13', true],
  ['trace-get-charge', 'trace get charge.json --span edbd7ced52600c13', true],
  ['trace-get-inner', 'trace get charge.json --span 00f067aa0ba902b7', true],
  ['trace-get-details', 'trace get charge.json --details', true],
  ['trace-get-show-ids', 'trace get checkout.json --error --show-ids', true],
  ['trace-get-plain', 'trace get checkout.json --plain', true],
  ['trace-get-no-bars', 'trace get checkout.json --no-bars', true],
  ['trace-get-hostile', 'trace get hostile.json --unfold --details', false],
  ['trace-search', 'trace search --file traces.json', true],
  ['services', 'services --file traces.json', true],
  ['attributes', 'attributes --file traces.json', true],
  ['attributes-values', 'attributes http.route --file traces.json', true],
  ['query-table', 'query TEMPO', true],
  ['query-chart', 'query TEMPO -o chart', true],
]

async function screen(
  line: string,
  env: Record<string, string> = {},
  more: readonly string[] = [],
): Promise<string> {
  const argv = line
    .split(' ')
    .flatMap((word) =>
      word === 'TEMPO'
        ? ['{ } | rate() by (resource.service.name)', '--backend', 'tempo', '--api', tempo.url, ...HOUR]
        : [word.endsWith('.json') ? join(machine.home, word) : word],
    )
  // The usual width by a process of its own; all the rest by one.
  const program = env.COLUMNS === '80' && more.length === 0 && Object.keys(env).length === 1 ? machine : warm
  const { exit, stdout, stderr } = await program.run([...argv, ...more], { env })
  expect({ line, exit, stderr }).toMatchObject({ exit: 0 })
  expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  // The age of a trace changes.
  return stdout.replace(/ \(\d+[smhd] ago\)/g, '').replace(/(?<! in) +\d+d(?= {2}|$)/gm, '')
}

describe.each(SCREENS)('%s', (name, line, isStable) => {
  it.each(WIDTHS)('in %i columns no line is wider, and none moves the cursor', async (columns) => {
    const text = await screen(line, { COLUMNS: String(columns) })
    const isList = /^(services|attributes)/.test(name)
    const wide = text.split('\n').filter((one) => displayWidth(one) > columns)
    if (!isList) expect(wide).toEqual([])
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    if (isStable)
      await expect(text).toMatchFileSnapshot(`../../golden/screens/${name}-${isList ? 'any' : columns}.txt`)
  })

  it.each([
    ['LANG=C', { LANG: 'C' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('%s: ASCII for our own marks, of the same width', async (_, env) => {
    const text = await screen(line, { COLUMNS: '80', ...env })
    if (name !== 'trace-get-hostile') expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    if (!/^(services|attributes)/.test(name))
      expect(text.split('\n').filter((one) => displayWidth(one) > 80)).toEqual([])
    if (isStable && name === 'trace-get')
      await expect(text).toMatchFileSnapshot(`../../golden/screens/${name}-ascii.txt`)
  })

  it('colour changes no text; NO_COLOR and a pipe have none', async () => {
    const plain = await screen(line, { COLUMNS: '80', NO_COLOR: '1' })
    expect(await screen(line, { COLUMNS: '80' })).toBe(plain)
    const coloured = await screen(line, { COLUMNS: '80' }, ['--color', 'always'])
    expect(stripVTControlCharacters(coloured)).toBe(plain)
    if (/^(trace-get|trace-get-hostile|trace-search)$/.test(name)) expect(coloured).toContain('\x1b[')
  })

  it('--json is one value, whatever the width and the locale', async () => {
    const words = line.replace(/ (--plain|--no-bars|--unfold|--details|--show-ids|-o chart)/g, '')
    const json = await screen(words, { COLUMNS: '60', LANG: 'C' }, ['--json'])
    expect(() => JSON.parse(json)).not.toThrow()
    if (isStable) expect(await screen(words, { COLUMNS: '200' }, ['--json'])).toBe(json)
  })
})
