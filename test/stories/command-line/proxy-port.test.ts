import { Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ variables: { LS_AUTH_TOKEN: 'a.b.c' } })
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => world.close())

it.each([
  ['below 1024, which is for root', 80, 'Choose a port above 1023, or --port 0.'],
  ['that Windows reserves', 50_001, 'Choose another port, or --port 0 for any that is free.'],
])('a proxy that may not listen on a port %s says what to choose', async (_, port, hint) => {
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    setImmediate(() => this.emit('error', Object.assign(new Error(), { code: 'EACCES' })))
    return this
  })
  const line = `ls-auth proxy --port ${port} --backend tempo --api https://traces.example`
  const { exit, stderr } = await world.type(line)
  expect(exit).toBe(2)
  expect(stderr).toContain(`error: cannot listen on port ${port} (EACCES)\nhint: ${hint}\n`)
})
