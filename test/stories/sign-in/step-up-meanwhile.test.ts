import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { type OtherTerminal, openTwoTerminals } from '../../world/two-terminals.ts'
import type { World } from '../../world/world.ts'

/** "An API wanted a stronger sign-in, and while I was in the browser I did something at another terminal." */

let stage: Stage
let world: World
let other: OtherTerminal
let close: () => Promise<void>
beforeAll(async () => {
  stage = await openStage({
    provider: { acrValues: ['password', 'gold'] },
    gateway: {
      stepUp: ({ acr }) =>
        acr === 'gold' ? undefined : 'error="insufficient_user_authentication", acr_values="gold"',
    },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  ;({ world, other, close } = await openTwoTerminals(stage.provider))
  const { exit, stderr } = await world.type(stage.login())
  expect(exit, stderr).toBe(0)
  world.tty = true
  world.watched = true
  world.stdin = ['']
})
afterEach(() => close())

type Work = () => Promise<unknown>
const whileItIsAsked = (work: Work) => {
  world.stdin = [
    async () => {
      await work()
      return ''
    },
  ]
}
/** What the command says, and that it leaves no sign-in. */
async function expectEnded(error: string): Promise<void> {
  const { exit, stdout, stderr } = await world.type('ls-auth services')
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  const said = stderr.replaceAll(/\n +/g, ' ')
  expect(said).toContain(`error: ${error}\nhint: `)
  expect(said).toMatch(/ the sign-in is removed; refresh token revoked\n$/)
  expect(said).not.toContain('Signed in as')
}
const expectNoSignIn = async () =>
  expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')

it.each([
  ['the browser was open', (work: Work) => other.whileItIsOpen(work)],
  ['the question was there', whileItIsAsked],
])('the profile was removed while %s: the new sign-in is ended', async (_, meanwhile) => {
  meanwhile(() => other.type('ls-auth profile remove default'))
  await expectEnded('the profile default was removed in the meantime')
  await expectNoSignIn()
})

it.each([
  ['the browser was open', (work: Work) => other.whileItIsOpen(work)],
  ['the question was there', whileItIsAsked],
])('I signed out while %s: somebody else cannot take my place', async (_, meanwhile) => {
  meanwhile(() => other.type('ls-auth logout'))
  world.visitor = { user: 'bob' }
  const revoked = stage.provider.revocations()
  const { exit, stdout, stderr } = await world.type('ls-auth services')
  expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
  expect(stderr).toContain(
    'error: another account signed in, so you are signed out now\nhint: Sign in again: ls-auth login\n',
  )
  expect(stage.provider.revocations()).toBe(revoked + 2)
  await expectNoSignIn()
})

it('somebody else has signed in at another terminal: the command does not go on as that one', async () => {
  other.world.visitor = { user: 'bob' }
  world.visitor = { user: 'bob' }
  other.whileItIsOpen(() => other.type('ls-auth login'))
  const { exit, stdout, stderr } = await world.type('ls-auth services')
  expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
  expect(stderr).toContain('error: another account signed in, so ls-auth kept the previous sign-in\n')
})

it.each(['issuer https://other.example', 'account second', 'client_id --unset'])(
  'the profile got %s: no command would find the new sign-in, and it is ended',
  async (setting) => {
    other.whileItIsOpen(() => other.type(`ls-auth profile set ${setting}`))
    await expectEnded('the profile default has got another issuer, client or account in the meantime')
    await expectNoSignIn()
  },
)
