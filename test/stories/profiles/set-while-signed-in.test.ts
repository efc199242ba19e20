import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I am signed in and change a setting. Do my commands go on?" */
let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`
  expect((await world.type(`${login} --profile acme --api http://127.0.0.1:1/tempo`)).exit).toBe(0)
})
afterEach(() => world.close())

const STOPS = 'Commands stop until you sign in: ls-auth login --profile acme\n'
const AT_ONCE = 'It takes effect at once, with your current sign-in.\n'
const NEXT = 'It takes effect at the next sign-in: ls-auth login --profile acme\n'
const set = async (words: string) => {
  const { exit, stderr } = await world.type(`ls-auth profile set ${words} --profile acme`)
  expect(exit).toBe(0)
  return stderr.split('\n').slice(1).join('\n')
}
const goesOn = async () => (await world.type('ls-auth token --profile acme')).exit === 0

it.each([
  ['client_id other', STOPS],
  ['account second', STOPS],
  ['issuer http://127.0.0.1:1', STOPS],
  ['api http://127.0.0.1:2', STOPS],
  ['api http://127.0.0.1:1/jaeger', AT_ONCE],
  ['audience api://traces', NEXT],
])('profile set %s', async (words, said) => {
  expect(await set(words)).toBe(said)
  expect(await goesOn()).toBe(said !== STOPS)
})

it('dpop as it was already: nothing changes, and commands go on', async () => {
  expect(await set('dpop false')).toBe('')
  expect(await set('dpop --unset')).toBe('')
  expect(await goesOn()).toBe(true)
  expect(await set('dpop true')).toMatch(/^Commands refuse a sign-in with another dpop/)
  expect(await set('dpop true')).toBe('')
})

it('a change that is taken back: the sign-in of before works again', async () => {
  await set('account second')
  expect(await set('account --unset')).toBe(AT_ONCE)
  expect(await goesOn()).toBe(true)
})

it('the sign-in that the profile has used was made by another one', async () => {
  await world.editConfig((text) => text.replace('[profiles.acme]', '[profiles.work]'))
  const { stdout } = await world.type('ls-auth profile export work')
  await world.editConfig((text) => `${text}\n${stdout.replace('[profiles.work]', '[profiles.acme]')}`)
  await world.type('ls-auth logout --profile acme')
  expect((await world.type('ls-auth login --profile work')).exit).toBe(0)
  expect(await goesOn()).toBe(true)
  expect(await set('client_id other')).toBe(STOPS)
  expect(await goesOn()).toBe(false)
})

it('nobody is signed in', async () => {
  await world.type('ls-auth logout')
  expect(await set('client_id other')).toBe(NEXT)
})
