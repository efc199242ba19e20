import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const made = makeTrace({ seed: 7 })
/** With an attribute that tells who somebody is. */
const trace: TraceData = {
  ...made,
  spans: made.spans.map((span, i) =>
    i === 0
      ? { ...span, tags: { ...span.tags, 'user.email': 'a@b.example', 'my attr': 'x', 'a "b" \\c': 'y' } }
      : span,
  ),
}
const keys = [...new Set(trace.spans.flatMap(({ tags }) => Object.keys(tags)))]

let world: World
let tempo: TempoApi
let lightstep: TraceApi
beforeEach(async () => {
  world = await openWorld()
  tempo = await startTempoApi({ traces: [trace] })
  lightstep = await startTraceApi({ apiKey: 'k', traces: [trace] })
  await world.writeConfig(
    `default_profile = "t"
[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"
[profiles.l]\nbackend = "lightstep"\napi = "${lightstep.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterEach(() => Promise.all([world.close(), tempo.close(), lightstep.close()]))

const lines = async (command: string) => {
  const outcome = await world.type(`ls-auth ${command}`)
  expect(outcome).toMatchObject({ exit: 0 })
  return outcome.stdout.trim().split('\n')
}

describe('Tempo', () => {
  it('names as TraceQL writes them, by scope', async () => {
    const names = await lines('attributes')
    expect(names).toEqual(
      expect.arrayContaining(['resource.service.name', 'span.http.route', 'status', 'duration']),
    )
    expect(names).toEqual([...names].sort())
    const { attributes } = JSON.parse((await world.type('ls-auth attributes --json --since 2h')).stdout)
    expect(attributes).toContainEqual({ name: 'span.http.route', scope: 'span' })
    const { start, end } = Object.fromEntries(tempo.requests.at(-1)?.url.searchParams ?? [])
    expect(Number(end) - Number(start)).toBeGreaterThanOrEqual(7200)
  })

  it('values of its own fields; for those that it lists none of, that is said', async () => {
    expect(await lines('attributes status')).toEqual(['error', 'ok', 'unset'])
    expect(await lines('attributes name')).toContain('POST /checkout')
    for (const field of ['duration', 'traceDuration']) {
      const { exit, stdout, stderr } = await world.type(`ls-auth attributes ${field}`)
      expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' })
      expect(stderr).toBe(
        `error: Tempo lists no values of ${field} in this time\n` +
          'hint: See ls-auth attributes for the names, or look further back with --since.\n',
      )
    }
  })
})

it('Lightstep: plain names, values with their types', async () => {
  world.variables.LS_AUTH_TOKEN = 'k'
  expect(await lines('attributes --profile l')).toEqual([...keys, 'operation', 'service'].sort())
  const outcome = await world.type('ls-auth attributes http.response.status_code --json --profile l')
  const { name, values } = JSON.parse(outcome.stdout)
  expect(name).toBe('http.response.status_code')
  expect(values[0]).toMatchObject({ value: expect.stringMatching(/^\d{3}$/), type: 'int64' })
  expect(await world.type('ls-auth attributes nope --profile l')).toMatchObject({ exit: 7 })
})

/** The trace as a file of our own JSON. */
async function savedTrace(): Promise<string> {
  const file = join(world.home, 'trace.json')
  const { stdout } = await world.type(
    `ls-auth trace get ${trace.traceId} --json --show-sensitive --profile t`,
  )
  await writeFile(file, stdout)
  return file
}

it('a file: what its spans carry; services and search work on it, too', async () => {
  const file = await savedTrace()
  expect(await lines(`attributes --file ${file}`)).toEqual(
    [...keys.map((key) => `span.${key}`), 'resource.service.name'].sort(),
  )
  for (const name of ['my attr', 'span.my attr', 'span."my attr"', '"my attr"'])
    expect(await lines(`attributes '${name}' --file ${file}`), name).toEqual(['x'])
  expect(await lines(`attributes http.request.method --file ${file}`)).toEqual(['GET', 'POST'])
  expect(await lines(`services --file ${file}`)).toEqual(
    [...new Set(trace.spans.map((s) => s.service))].sort(),
  )
  const search = (flags: string) => world.type(`ls-auth trace search --file ${file} ${flags} --json`)
  for (const [flags, count] of [
    ['', 1],
    ['--service payment --error --min 1ms', 1],
    ['--attr span.http.request.method=POST', 1],
    ['--service nobody', 0],
    ['--min 1h', 0],
    ['--since 1m', 0],
  ] as const) {
    const { traces, from } = JSON.parse((await search(flags)).stdout)
    expect([flags, traces.length, from === null]).toEqual([flags, count, flags !== '--since 1m'])
  }
  expect(await world.type(`ls-auth trace search --file ${file} --query "{}"`)).toMatchObject({ exit: 2 })
  expect(await world.type('ls-auth services --file nowhere.json')).toMatchObject({ exit: 7 })
})

it('values that tell who somebody is are masked unless they are asked for', async () => {
  for (const profile of ['t', 'l']) {
    if (profile === 'l') world.variables.LS_AUTH_TOKEN = 'k'
    const masked = await world.type(`ls-auth attributes user.email --profile ${profile}`)
    expect(masked).toMatchObject({ exit: 0, stdout: '[masked]\n' })
    expect(masked.stderr).toContain('--show-sensitive')
    const shown = await world.type(`ls-auth attributes user.email --profile ${profile} --show-sensitive`)
    expect(shown.stdout).toBe('a@b.example\n')
  }
})

it('a name that attributes prints is found by search and by get, with the same spans', async () => {
  const file = await savedTrace()
  const get = async (attr: string) =>
    (await world.type(`ls-auth trace get ${file} --attr ${attr} -o ndjson`)).stdout.split('\n').length - 1
  const bare = await get('http.request.method=GET')
  expect(bare).toBeGreaterThan(0)
  expect(await get('span.http.request.method=GET')).toBe(bare)
  expect(await get('.http.request.method=GET')).toBe(bare)
  expect(await get('resource.http.request.method=GET')).toBe(0)
  const found = await world.type(
    `ls-auth trace search --file ${file} --attr span.http.request.method=GET --json`,
  )
  expect(JSON.parse(found.stdout).traces.length).toBe(1)
})
