import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** A provider that answers a renewal with the access token that it gave before, as long as that lives. */
let place: Place
let close: () => Promise<void>
afterEach(() => Promise.all([place.close(), close()]))

const CHALLENGE = 'Bearer error="invalid_token", error_description="the tenant is not allowed here"'
const type = (line: string) => place.world.type(line)

async function signedIn(): Promise<void> {
  const server = createServer((_, response) =>
    response.writeHead(401, { 'www-authenticate': CHALLENGE }).end('{"message":"no such tenant"}'),
  )
  const { port, close: end } = await listen(server)
  close = end
  place = await openPlace({ ...okta, id: 'generic', accessToken: () => 'always-the-same-token' }, [
    `api = "http://127.0.0.1:${port}"`,
    'backend = "tempo"',
  ])
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
}

describe('an API that refuses such a token', () => {
  it('is told in its own words: there is no other token to be had', async () => {
    await signedIn()
    for (const _ of [1, 2]) {
      const { exit, stderr } = await type('ls-auth api /x')
      expect({ exit, stderr }).toMatchObject({
        exit: 11,
        stderr: expect.stringContaining('the tenant is not allowed here'),
      })
      expect(stderr).not.toContain('ID token')
    }
    expect(place.simulator.refreshes).toBe(2)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})
