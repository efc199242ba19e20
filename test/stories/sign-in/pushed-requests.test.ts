import { afterEach, expect, it } from 'vitest'
import type { ProviderOptions } from '../../world/provider.ts'
import { openStage, type Stage } from '../../world/stage.ts'

// A provider that takes authorization requests only from the client itself (PAR, RFC 9126), and not from the browser.

let stage: Stage | undefined
afterEach(async () => {
  await stage?.close()
  stage = undefined
})

const open = async (pushedRequests: 'of-all' | 'of-this-client', more: ProviderOptions = {}) => {
  stage = await openStage({ provider: { pushedRequests, ...more } })
  return stage
}
const pushed = ({ provider }: Stage) => provider.count('POST', '/request')
const inBrowser = ({ provider }: Stage) =>
  provider.requests.filter(({ method, path }) => method === 'GET' && path === '/auth')

it('where its metadata say so, the request is pushed, and the browser gets a reference to it', async () => {
  const there = await open('of-all')
  expect(await there.world.type(there.login())).toMatchObject({ exit: 0, stdout: '' })
  expect(pushed(there)).toBe(1)
  expect(inBrowser(there).map(({ parameters }) => [...parameters.keys()].sort())).toEqual([
    ['client_id', 'request_uri'],
  ])
  expect((await there.world.type('ls-auth whoami')).stdout).toContain('alice')
})

it.each([{}, { proofNonce: true }])('a sign-in whose tokens are bound to a key (%j)', async (more) => {
  const there = await open('of-all', more)
  there.world.variables.LS_AUTH_DPOP = 'true'
  expect((await there.world.type(there.login())).exit).toBe(0)
  expect(JSON.parse((await there.world.type('ls-auth whoami --json')).stdout).bound_key).toMatchObject({
    ours: true,
  })
})

it('where only this client has to, the refusal names the setting, and with it the sign-in works', async () => {
  const there = await open('of-this-client')
  const refused = await there.world.type(there.login())
  expect(refused.stderr).toContain(
    'hint: This client requires pushed requests (PAR). Sign in with: --pushed-requests yes',
  )
  expect({ exit: refused.exit, pushed: pushed(there) }).toEqual({ exit: 6, pushed: 0 })
  expect((await there.world.type(there.login('--pushed-requests yes'))).exit).toBe(0)
  expect((await there.world.type('ls-auth login')).exit).toBe(0)
  expect(pushed(there)).toBe(2)
})

it('what the provider finds wrong with a pushed request is told, and no browser opens', async () => {
  const there = await open('of-all')
  const { exit, stderr } = await there.world.type(there.login('--audience api://other'))
  expect(stderr).toMatch(
    /^error: the provider refused to sign in\nhint: The provider does not know this API/m,
  )
  expect({ exit, opened: there.world.opened }).toEqual({ exit: 2, opened: [] })
})

it('a provider that cannot take them just now is not told as a matter of settings', async () => {
  const there = await open('of-all')
  there.provider.tamper.callback = (url) => {
    url.searchParams.delete('code')
    url.searchParams.set('error', 'temporarily_unavailable')
    url.searchParams.set('error_description', 'the PAR service is temporarily unavailable')
    return url
  }
  const { exit, stderr } = await there.world.type(there.login())
  expect(stderr).toContain('hint: The provider failed. Wait a little and try again.\n')
  expect(exit).toBe(6)
})
