import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTempoApi } from '../world/tempo-api.ts'
import { toOtlpDocument } from '../world/trace/otlp.ts'
import { makeTrace } from '../world/trace-data.ts'
import { openWorld, type World } from '../world/world.ts'

const trace = makeTrace({ seed: 7 })
let world: World
let file: string
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  file = join(world.home, 'checkout.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([trace], 'hex')))
})
afterEach(() => world.close())

const get = (flags: string) => world.type(`ls-auth trace get ${file} ${flags}`)

it('a stretch of time: only what ran in it, on an axis that counts as before', async () => {
  const { stdout } = await get('--from 100ms --to 140ms')
  expect(stdout).toMatch(/│100ms .*│120ms/)
  expect(stdout).toMatch(/\d+ of 48 spans shown \(--from 100ms --to 140ms\); without these flags, all/)
  const lines = (await get('--from 100ms --to 140ms -o ndjson')).stdout.trim().split('\n')
  const { startTimeUnixNano } = JSON.parse((await get('-o json')).stdout)
  for (const line of lines) {
    const span = JSON.parse(line)
    const start = Number(BigInt(span.startTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6
    expect(start).toBeLessThanOrEqual(140)
    expect(start + Number(span.durationNanos) / 1e6).toBeGreaterThanOrEqual(100)
  }
})

it('the same stretch by the calendar', async () => {
  const { startTimeUnixNano } = JSON.parse((await get('-o json')).stdout)
  const at = (millis: number) =>
    new Date(Number(BigInt(startTimeUnixNano) / 1_000_000n) + millis).toISOString()
  const byClock = await get(`--from ${at(100)} --to ${at(140)}`)
  const rows = (text: string) => text.split('\n').filter((line) => /[━█┄]/.test(line)).length
  expect(rows(byClock.stdout)).toBe(rows((await get('--from 100ms --to 140ms')).stdout))
})

it.each([
  ['--from 1h', 'there is nothing of this trace', /It runs from 20\d\d-/],
  ['--from 140ms --to 100ms', 'there is nothing of this trace', /It runs from/],
  ['--from soon', '--from: "soon" is no moment of a trace', /120ms/],
  ['--scale round', "argument 'round' is invalid", /--help/],
  ['--skew -o json', '--skew changes a drawing; -o json writes data', /Leave --skew out/],
  ['--plain -o csv', '--plain changes a drawing', /Leave --plain out/],
])('%s is refused with what to do', async (flags, message, hint) => {
  const outcome = await get(flags)
  expect(outcome).toMatchObject({ exit: 2, stdout: '' })
  expect(outcome.stderr).toContain(message)
  expect(outcome.stderr).toMatch(hint)
})

it('a tail is clipped and said; --scale fit shows it', async () => {
  expect((await get('')).stdout).toMatch(/async tail[\s\S]*┄▶ \+/)
  expect((await get('--scale fit')).stdout).not.toMatch(/┄▶/)
  expect((await get('--scale log')).stdout).toMatch(/│0 .*│1ms .*│10ms .*│100ms/)
})

it('plain text: words instead of drawing, one line for each row', async () => {
  const { stdout } = await get('--plain')
  expect(stdout).not.toMatch(/[\u2500-\u259f✗×Σ\u001b]/)
  expect(stdout).toMatch(/^ *ERROR .* {2}\d/m)
  expect(stdout).toMatch(/critical \d/)
})

it('--skew says in the header whether anything was moved', async () => {
  expect((await get('--skew')).stdout.split('\n').slice(0, 4).join('\n')).toMatch(/clocks (agree|adjusted)/)
  expect((await get('')).stdout).not.toContain('clocks')
})

it('the header names where the trace came from', async () => {
  expect((await get('')).stdout).toMatch(/file checkout\.json$/m)
  const tempo = await startTempoApi({ traces: [trace] })
  await world.writeConfig(
    `[profiles.local]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`,
  )
  const { stdout } = await world.type(`ls-auth trace get ${trace.traceId}`)
  expect(stdout.split('\n').slice(0, 4).join('\n')).toMatch(/ · (Grafana )?Tempo$/m)
  await tempo.close()
})

it('a directory is called one', async () => {
  await mkdir(join(world.home, 'traces.json'))
  for (const path of [join(world.home, 'traces.json'), world.home]) {
    const outcome = await world.type(`ls-auth trace get ${path}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('is a directory, not a file with a trace\nhint: ')
  }
})

it('a trace that says no time is not from 1970', async () => {
  const span = { traceId: 'ab', id: 'cd', name: 'x', duration: 5000, localEndpoint: { serviceName: 'shop' } }
  await writeFile(file, JSON.stringify([span]))
  const { stdout } = await get('')
  expect(stdout).toContain('no start time')
  expect(stdout).not.toContain('1970')
})
