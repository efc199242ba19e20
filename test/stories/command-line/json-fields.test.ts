import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces = [7, 8].map((seed) => makeTrace({ seed }))

let tempo: TempoApi
let world: World
beforeAll(async () => {
  tempo = await startTempoApi({ traces, apiKey: 'k', filters: true })
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  await world.writeConfig(`[profiles.work]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
  const { stdout } = await world.type(`ls-auth trace get ${traces[0]?.traceId} -o otlp --show-sensitive`)
  await writeFile(join(world.home, 'trace.json'), stdout)
})
afterAll(async () => {
  await Promise.all([world.close(), tempo.close()])
})

const type = (line: string) => world.type(`ls-auth ${line.replace('FILE', join(world.home, 'trace.json'))}`)
const TIME = '--from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'

describe('--json=FIELDS', () => {
  it('of a list gives one object a line, in the order typed', async () => {
    const { exit, stdout } = await type(`trace search ${TIME} --json=rootService,traceId`)
    const lines = stdout.trim().split('\n')
    expect([exit, lines.length]).toEqual([0, 2])
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(['rootService', 'traceId'])
  })

  it('of a free name with dots gives one member, there or missing', async () => {
    const { stdout } = await type(
      'trace get FILE --json=spans.attributes.gen_ai.request.model,spans.attributes.http.route',
    )
    const all = JSON.parse(stdout).spans.map(({ attributes }: { attributes: object }) => attributes)
    for (const one of all) expect(Object.keys(one)).toEqual(['gen_ai.request.model', 'http.route'])
    expect(all).toContainEqual({ 'gen_ai.request.model': null, 'http.route': '/checkout' })
  })

  it('of one thing gives one object, with nesting', async () => {
    const { exit, stdout } = await type('trace get FILE --json=traceId,spans.name')
    const { traceId, spans } = JSON.parse(stdout)
    expect([exit, traceId, spans.length]).toEqual([0, traces[0]?.traceId, traces[0]?.spans.length])
    expect(Object.keys(spans[0])).toEqual(['name'])
  })

  it.each([
    ['status', 'profile', /"profile":/],
    ['profile list', 'name', /"name":"work"/],
    ['profile show', 'settings.backend.value', /"backend": \{\n\s+"value": "tempo"/],
    ['services', 'services', /"services":/],
    ['trace breakdown --file FILE', 'service,calls', /^\{"service":"[^"]+","calls":\d+\}\n/],
    ['version', 'version', /"version":/],
  ])('%s --json=%s', async (line, fields, words) => {
    const { exit, stdout } = await type(`${line} --json=${fields}`)
    expect([exit, stdout]).toEqual([0, expect.stringMatching(words)])
  })

  it('names those there are, one a line', async () => {
    const { exit, stdout } = await type(`trace search ${TIME} --json=?`)
    expect([exit, stdout.split('\n')]).toEqual([
      0,
      expect.arrayContaining(['traces', 'traceId', 'durationNanos']),
    ])
  })

  it('an unknown one is exit 2, and lists those there are', async () => {
    const { exit, stdout, stderr } = await type(`trace search ${TIME} --json=traceid`)
    expect([exit, stdout]).toEqual([2, ''])
    expect(JSON.parse(stderr)).toEqual({
      error: expect.objectContaining({
        message: 'there is no field "traceid"',
        hint: expect.stringMatching(/^Fields: .*traceId/),
      }),
    })
  })

  it.each([
    ['trace get', 'traceid', /^traceId\n[\s\S]*^attributes\.NAME$/m],
    ['trace search', 'trace', /^traces\n[\s\S]*^traceId$/m],
    ['whoami', 'nosuch', /^identity\.NAME\.value$/m],
    ['whoami --raw', 'identity', /^id_token\.header$/m],
    ['attributes', 'values', /^attributes\n[\s\S]*^scope$/m],
    ['attributes service.name', 'attributes', /^values$/m],
    ['login', 'url', /^expires_in$/m],
    ['login --start', 'expires_in', /^url$/m],
    ['token', 'secret', /^token\n/],
    ['audit list', 'token', /^trace_id$/m],
  ])('are known without a profile or request: %s', async (line, unknown, names) => {
    const before = tempo.requests.length
    const asked = await world.type(`ls-auth ${line} --json=? --profile nosuch`)
    expect([asked.exit, asked.stderr, asked.stdout]).toEqual([0, '', expect.stringMatching(names)])
    const { exit, stderr } = await world.type(`ls-auth ${line} --json=${unknown} --profile nosuch`)
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`there is no field \\"${unknown}\\"`)])
    expect(tempo.requests.length).toBe(before)
  })

  it.each(['skill', 'exec -- true', 'mcp', 'completion bash', 'api /x', 'profile use work'])(
    'of a command without JSON is exit 2: %s',
    async (line) => {
      const [word, ...rest] = line.split(' ')
      for (const fields of ['?', 'name']) {
        const { exit, stdout, stderr } = await world.type(
          `ls-auth ${word} --json=${fields} ${rest.join(' ')}`,
        )
        expect([exit, stdout]).toEqual([word === 'exec' ? 125 : 2, ''])
        expect(stderr).toMatch(/prints no JSON/)
      }
    },
  )

  it('goes with no other format', async () => {
    expect((await type('trace get FILE --json=traceId -o csv')).exit).toBe(2)
  })
})
