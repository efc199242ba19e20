import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

/** The record says at which API and of which tenant or project something was read. */

let world: World
let servers: Server[]
let origins: string[]
beforeAll(async () => {
  servers = [0, 1].map(() => createServer((_, response) => response.end('{}')))
  const ports = await Promise.all(servers.map(listen))
  origins = ports.map(({ port }) => `http://127.0.0.1:${port}`)
  world = await openWorld({ columns: 100, variables: { LS_AUTH_TOKEN: 'a.token.of-alice' } })
})
afterAll(() => Promise.all([world.close(), ...servers.map((server) => server.close())]))
beforeEach(async () => {
  world.watched = false
  await mkdir(world.stateDirectory, { recursive: true })
  await writeFile(join(world.stateDirectory, 'audit.jsonl'), '')
})

const asked = (api: string | undefined, more: string) =>
  world.type(`ls-auth api /api/traces/4bf92f3577b34da6a3ce929d0e0e4736 --api ${api}/base ${more}`)

describe('where something was read', () => {
  it('is in the record: the origin of the API, and its place as the settings name it', async () => {
    await asked(origins[0], '--backend tempo --tenant shop')
    await asked(origins[1], '--backend lightstep --organization acme --project prod --tenant none')
    await asked(origins[1], '--backend tempo')
    const { stdout } = await world.type('ls-auth audit list -o ndjson')
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line)).map(({ api, place }) => [api, place])).toEqual([
      [origins[0], 'shop'],
      [origins[1], 'acme/prod'],
      [origins[1], null],
    ])
  })
})
