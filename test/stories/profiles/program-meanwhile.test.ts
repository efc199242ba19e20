import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { type OtherTerminal, openTwoTerminals } from '../../world/two-terminals.ts'
import type { World } from '../../world/world.ts'

/** "A profile became one for a program, which asks for its tokens itself. No sign-in is left that nobody uses." */

let stage: Stage
let world: World
let other: OtherTerminal
let close: () => Promise<void>
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  ;({ world, other, close } = await openTwoTerminals(stage.provider))
})
afterEach(() => close())

const profileOf = (name: string, more = '') =>
  `[profiles.${name}]\nissuer = "${stage.provider.issuer}"\nclient_id = "${stage.provider.clientId}"\nredirect_ports = [0]\n${more}\n`
const FOR_PROGRAM = 'workload = { source = "github", grant = "token-exchange" }'
const expectNoSignIn = async () =>
  expect((await world.type('ls-auth logout --all')).stderr).toBe('This machine has no sign-ins.\n')
const becomesForProgram = () => other.type('ls-auth profile set workload.source github --profile work')

it.each(['ls-auth login', 'ls-auth login --tenant t'])(
  'while I was in the browser: %s says so, and nothing is kept',
  async (line) => {
    await world.writeConfig(profileOf('work'))
    other.whileItIsOpen(becomesForProgram)
    const { exit, stdout, stderr } = await world.type(line)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(
      /error: the profile work has become a program's profile in the meantime\nhint: Commands get a token by themselves, such as: ls-auth whoami --profile work\n {2}the sign-in is removed; refresh token revoked\n$/,
    )
    await expectNoSignIn()
  },
)

describe('a sign-in of before', () => {
  beforeEach(async () => {
    await world.writeConfig(`default_profile = "work"\n${profileOf('work')}${profileOf('job', FOR_PROGRAM)}`)
    expect((await world.type('ls-auth login')).exit).toBe(0)
  })

  it('profile remove ends it, whatever a profile for a program has in common with it', async () => {
    expect(await world.type('ls-auth profile remove work')).toMatchObject({
      exit: 0,
      stderr: 'Signed out of work.\nRemoved the profile work.\n',
    })
    await expectNoSignIn()
  })
})
