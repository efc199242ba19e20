import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

const ID = '0123456789abcdef0123456789abcdef'
const SPAN = {
  traceId: ID,
  spanId: '0123456789abcdef',
  name: 'GET /',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
}
const SPANS = { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] }
const OF_V2 = '{"data":null,"errors":[{"code":500,"msg":"storage down"}]}'
const NONE = { resourceSpans: [] }

/** What Jaeger answers with HTTP 200, by the beginning of the path; 404 for others, as by a version without v3. */
let bodies: Readonly<Record<string, string>>
/** The status of paths that do not say 200. */
let statuses: Readonly<Record<string, number>> = {}
let world: World
let close: () => Promise<void>
beforeAll(async () => {
  const server = createServer(({ url = '' }, response) => {
    const found = Object.entries(bodies).find(([path]) => url.startsWith(path))
    const status = found ? (statuses[found[0]] ?? 200) : 404
    response.writeHead(status, { 'content-type': 'application/json' }).end(found?.[1] ?? '')
  })
  const listening = await listen(server)
  close = listening.close
  world = await openWorld()
  const api = `http://127.0.0.1:${listening.port}`
  await world.writeConfig(`[profiles.local]\nbackend = "jaeger"\napi = "${api}"\nauthorization = "none"\n`)
})
afterAll(() => Promise.all([close(), world.close()]))
beforeEach(() => {
  statuses = {}
})

const lines = (...documents: object[]) => documents.map((one) => `${JSON.stringify(one)}\n`).join('')
const get = async (...documents: object[]) => {
  bodies = { '/api/v3/': lines(...documents) }
  const { exit, stdout, stderr } = await world.type(`ls-auth trace get ${ID} --json`)
  return { exit, stderr, trace: exit === 0 ? JSON.parse(stdout) : stdout }
}

it.each([
  ['a gateway before gRPC', { code: 13, message: 'boom midway' }],
  [
    'an older one',
    { grpc_code: 13, http_code: 500, message: 'boom midway', http_status: 'Internal Server Error' },
  ],
  ['Jaeger itself', { httpCode: 500, message: 'boom midway' }],
])('a stream that breaks in the middle is a part of a trace, or a failure: %s', async (_, error) => {
  expect(await get({ result: SPANS }, { error })).toMatchObject({
    exit: 0,
    trace: { spanCount: 1, partial: 'Jaeger stopped early: boom midway' },
  })
  for (const before of [[], [{ result: NONE }], [{ result: {} }]]) {
    const { exit, stderr, trace } = await get(...before, { error })
    expect([exit, trace]).toEqual([6, ''])
    expect(stderr).toContain('server: boom midway')
  }
})

it.each<[what: string, bodies: Readonly<Record<string, string>>]>([
  ['v2', { '/api/services': OF_V2, '/api/traces': OF_V2 }],
  [
    'v2, a text',
    {
      '/api/services': '{"errors":["storage down"]}',
      '/api/traces': '{"data":[],"errors":["storage down"]}',
    },
  ],
  ['v3', { '/api/v3/': '{"error":{"httpCode":500,"message":"storage down"}}' }],
])('an error in place of data is no empty answer, although HTTP says 200: %s', async (_, all) => {
  bodies = all
  for (const command of ['services', 'trace search --service a', `trace get ${ID}`]) {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${command} --json`)
    expect([command, exit, stdout]).toEqual([command, 6, ''])
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'api-failed',
      message: 'Jaeger answered with an error',
      detail: ['server: storage down'],
    })
  }
})

/** The storages of Jaeger 2 refuse so (jaeger `cassandra/spanstore/reader.go`); v3 sends each of their errors with status 500. */
it.each([
  ['--error', 'service Name must be set'],
  ['--service cart --error --min 1s', 'cannot query for duration and tags simultaneously'],
  ['--service cart', 'search depth must be greater than 0 and less than max traces'],
])('a search that its storage does not make is told as that: %s', async (flags, message) => {
  const path = '/api/v3/trace-summaries'
  bodies = { [path]: JSON.stringify({ error: { httpCode: 500, message } }) }
  statuses = { [path]: 500 }
  const { exit, stderr } = await world.type(`ls-auth trace search ${flags}`)
  // No code tells it from a storage that is down.
  expect({ exit, stderr }).toMatchObject({
    exit: 6,
    stderr: expect.stringContaining('Some storages need --service'),
  })
  expect(stderr).toContain(message)
  bodies = { [path]: JSON.stringify({ error: { httpCode: 500, message: 'storage down' } }) }
  expect(await world.type(`ls-auth trace search ${flags}`)).toMatchObject({ exit: 6 })
})
