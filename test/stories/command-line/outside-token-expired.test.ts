import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

/** LS_AUTH_TOKEN that a job has kept for too long: the token is at fault, and no permission. */

const DAY = 86_400
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const endingIn = (seconds: number) => withEnd(Math.floor(Date.now() / 1000) + seconds)
const withEnd = (exp: unknown) => `${part({ alg: 'RS256' })}.${part({ sub: 'ada', exp })}.AAAA`

let world: World
let api: Server
let origin: string
let status = 401
beforeAll(async () => {
  world = await openWorld()
  api = createServer((_, response) => response.writeHead(status).end('{"data":[]}'))
  origin = `http://127.0.0.1:${(await listen(api)).port}`
})
afterAll(async () => {
  api.close()
  await world.close()
})
afterEach(() => {
  status = 401
  delete world.variables.LS_AUTH_TOKEN
})

const typed = (token: string, line: string) => {
  world.variables.LS_AUTH_TOKEN = token
  return world.type(line)
}

describe('a JWT that has expired', () => {
  it.each([
    ['token', 3],
    ['token --json', 3],
    ['token --format exec-credential', 3],
    ['exec -- true', 125],
    ['exec --proxy -- true', 125],
    ['proxy --port 0 --ttl 1s --backend tempo --api https://traces.example', 3],
  ])('is not handed out by %s', async (command, exit) => {
    const ended = await typed(endingIn(-3 * DAY), `ls-auth ${command}`)
    expect(ended.exit).toBe(exit)
    expect(ended.stderr).toContain('the token in LS_AUTH_TOKEN expired 3d ago')
    expect(ended.stderr).toContain('Set a new token. If it is new, the clock of this machine is wrong.')
    expect(ended.stdout).not.toContain('AAAA')
  })

  it('is what is named where the API refuses it, and not a lack of rights', async () => {
    const line = `ls-auth services --backend tempo --api ${origin}`
    const { exit, stderr } = await typed(endingIn(-3 * DAY), line)
    expect(stderr).toContain('error: the token in LS_AUTH_TOKEN expired 3d ago')
    expect(stderr).toContain('hint: Set a new token.')
    expect(stderr).toContain('(HTTP 401)')
    expect(exit).toBe(3)
    // Another one is needed all the same: a script branches on 3.
    for (const token of [endingIn(DAY), 'an-opaque-token'])
      expect(await typed(token, line)).toMatchObject({
        exit: 3,
        stderr: expect.stringContaining('hint: Replace the token in LS_AUTH_TOKEN, or unset it'),
      })
    status = 403
    expect((await typed(endingIn(DAY), line)).exit).toBe(11)
  })
})
