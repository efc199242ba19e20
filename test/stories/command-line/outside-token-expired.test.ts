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
    expect(ended.stderr).toContain('Give it a new one. If it is new, the clock of this machine is wrong.')
    expect(ended.stdout).not.toContain('AAAA')
  })

  it('is what is named where the API refuses it, and not a lack of rights', async () => {
    const line = `ls-auth services --backend tempo --api ${origin}`
    const { exit, stderr } = await typed(endingIn(-3 * DAY), line)
    expect(stderr).toContain('error: the token in LS_AUTH_TOKEN expired 3d ago')
    expect(stderr).toContain('hint: Give it a new one.')
    expect(stderr).toContain('(HTTP 401)')
    expect(exit).toBe(3)
    expect((await typed(endingIn(DAY), line)).exit).toBe(11)
  })

  it('is sent all the same: the API may go by another clock', async () => {
    status = 200
    const { exit } = await typed(endingIn(-DAY), `ls-auth api / --backend tempo --api ${origin}`)
    status = 401
    expect(exit).toBe(0)
  })

  it('is good for as long as clocks may differ', async () => {
    const token = endingIn(-10)
    expect(await typed(token, 'ls-auth token')).toMatchObject({ exit: 0, stdout: `${token}\n` })
    const { stdout } = await typed(token, 'ls-auth token --json')
    expect(JSON.parse(stdout)).toMatchObject({ token, expires_in: 0 })
  })
})

describe('the end of a token from outside', () => {
  it('is told where the token says it', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600
    const { stdout } = await typed(withEnd(exp), 'ls-auth token --json')
    const { expires_in: left, expires_at: at } = JSON.parse(stdout)
    expect(left).toBeGreaterThan(3590)
    expect(left).toBeLessThanOrEqual(3600)
    expect(at).toBe(new Date(exp * 1000).toISOString())
    const { stdout: credential } = await typed(withEnd(exp), 'ls-auth token --format exec-credential')
    expect(Date.parse(JSON.parse(credential).status.expirationTimestamp)).toBe(exp * 1000)
  })

  it.each([
    ['no JWT', 'opaque'],
    ['a JWT without an end', withEnd(undefined)],
    ['an end that is no number', withEnd('2020')],
    ['an end outside the calendar', withEnd(1e300)],
  ])('%s: the token is handed out as it is', async (_, token) => {
    const { exit, stdout } = await typed(token, 'ls-auth token --json')
    expect(exit).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ token, expires_in: null, expires_at: null })
  })
})
