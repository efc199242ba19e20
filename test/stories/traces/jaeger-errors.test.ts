import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

const ID = '0123456789abcdef0123456789abcdef'
const OF_V2 = '{"data":null,"errors":[{"code":500,"msg":"storage down"}]}'

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
