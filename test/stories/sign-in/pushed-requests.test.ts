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
