import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Http, HttpRequest } from '../../../src/ports/http.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
/** Milliseconds that each request takes more. */
let slower: (request: HttpRequest) => number
let asked: string[]
/** How far the clock was set back, milliseconds. */
let behind: number
/** How much faster than the clock's everything that sleeps is. */
let speed: number
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ secrets: () => provider.secrets, visitor: { user: 'alice' } })
  world.watched = true
  slower = () => 0
  asked = []
  behind = 0
  speed = 10
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds / speed)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    })
  world.override = {
    clock: { now: () => Date.now() - behind, sleep },
    http: async (settings): Promise<Http> => {
      const http = await openHttp(settings, { variables: world.variables } as never)
      return {
        ...http,
        async send(request) {
          asked.push(request.url.pathname)
          await sleep(slower(request))
          return http.send(request)
        },
      }
    },
  }
})
afterEach(() => world.close())

const login = (flags = '') =>
  world.type(`ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 ${flags}`)
const host = () => new URL(provider.issuer).host
const ERASE = '\r\x1b[2K'
/** How often it was said, each time with the line taken back. */
const saidAndErased = (stderr: string) => stderr.split(`waiting for ${host()} …${ERASE}`).length - 1

describe('a provider that takes more than a second', () => {
  it('renewal and sign-out, too', async () => {
    await login()
    slower = () => 2_000
    const renewed = await world.type('ls-auth token --min-ttl 60m')
    expect({ exit: renewed.exit, said: saidAndErased(renewed.stderr) }).toEqual({ exit: 0, said: 1 })
    const out = await world.type('ls-auth logout')
    expect(asked.at(-1)).toBe('/token/revocation')
    // The refresh token, then the access token.
    expect(saidAndErased(out.stderr)).toBe(2)
    expect(out.stderr).toContain('refresh token revoked')
  })
})

describe('nothing is said', () => {
  it.each([
    ['when requests are fast', '', true, 0],
    ['with --quiet', '--quiet', true, 2_000],
    ['into a pipe', '', false, 2_000],
  ])('%s', async (_, flags, watched, milliseconds) => {
    world.watched = watched
    // No request takes so long, on whatever machine.
    if (milliseconds === 0) speed = 0.001
    slower = () => milliseconds
    const { exit, stderr } = await login(flags)
    expect(exit).toBe(0)
    expect(stderr).not.toContain('waiting for')
    expect(stderr).not.toContain('\x1b')
  })
})
