import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { program } from '../../world/program.ts'
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
  expect((await world.type('ls-auth logout --all')).stderr).toBe('There is no sign-in on this machine.\n')
const becomesForProgram = () => other.type('ls-auth profile set workload.source github --profile work')

it.each(['ls-auth login', 'ls-auth login --tenant t'])(
  'while I was in the browser: %s says so, and nothing is kept',
  async (line) => {
    await world.writeConfig(profileOf('work'))
    other.whileItIsOpen(becomesForProgram)
    const { exit, stdout, stderr } = await world.type(line)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(
      /error: the profile work has become one for a program meanwhile: nobody signs in\nhint: Every command asks for a token itself, such as: ls-auth whoami --profile work\n {2}the sign-in is not kept; refresh token revoked\n$/,
    )
    await expectNoSignIn()
  },
)

it('one for a program does not keep the sign-in of a profile that was removed meanwhile', async () => {
  await world.writeConfig(`default_profile = "work"\n${profileOf('work')}${profileOf('job', FOR_PROGRAM)}`)
  other.whileItIsOpen(() => other.type('ls-auth profile remove work'))
  expect((await world.type('ls-auth login')).stderr).toMatch(
    /\n {2}the sign-in is not kept; refresh token revoked\n$/,
  )
  await expectNoSignIn()
})

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

  it('profile remove ends it where the profile has become one for a program', async () => {
    await becomesForProgram()
    expect(await world.type('ls-auth profile remove work')).toMatchObject({
      exit: 0,
      stderr: 'Signed out of work.\nRemoved the profile work.\n',
    })
    await expectNoSignIn()
  })

  it('profile remove of one for a program leaves that of a person alone', async () => {
    expect((await world.type('ls-auth profile remove job')).stderr).toBe('Removed the profile job.\n')
    expect((await world.type('ls-auth whoami')).exit).toBe(0)
  })

  it('logout does not say that a program was signed out', async () => {
    expect((await world.type('ls-auth logout')).stderr).not.toContain('job')
  })

  it('logout ends it where the profile has become one for a program', async () => {
    await becomesForProgram()
    expect(await world.type('ls-auth logout')).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/^Signed out of work\.\n/),
    })
    await expectNoSignIn()
    expect(await world.type('ls-auth logout')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('profile work is for a program: nobody signs in'),
    })
  })

  it('logout that the keychain has stopped is finished by the next one', async () => {
    await becomesForProgram()
    world.keychain.fail.remove = new program.Failure('keychain-locked', 'the keychain is locked')
    expect(await world.type('ls-auth logout')).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('not removed yet: the keychain is locked'),
    })
    world.keychain.fail = {}
    expect(await world.type('ls-auth logout')).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/^Signed out of work\.\n {2}on this machine {3}forgotten\n/),
    })
    await expectNoSignIn()
  })

  it('logout of one for a program is no logout of a person', async () => {
    expect((await world.type('ls-auth logout --profile job')).exit).toBe(2)
    expect((await world.type('ls-auth whoami')).exit).toBe(0)
  })

  it.each([
    ['ls-auth logout --profile job', 2],
    ['ls-auth profile remove job', 0],
  ])('%s does not end what another profile for a program has left', async (line, exit) => {
    await becomesForProgram()
    const revoked = stage.provider.revocations()
    const said = await world.type(line)
    expect(said.exit).toBe(exit)
    expect(said.stderr).not.toContain('Signed out')
    expect(stage.provider.revocations()).toBe(revoked)
    expect((await world.type('ls-auth logout')).stderr).toMatch(/^Signed out of work\.\n/)
  })

  it('profile set says once that the sign-in stays, and its line ends it', async () => {
    const set = async (setting: string) =>
      (await world.type(`ls-auth profile set workload.${setting} --profile work`)).stderr
    const said = await set('source github')
    expect(said).toContain(
      '\nThe sign-in of before stays. To sign out of it: ls-auth logout --profile work\n',
    )
    expect(await set('grant token-exchange')).not.toContain('sign-in')
    expect((await world.type(/ls-auth logout .*/.exec(said)?.[0] ?? '')).exit).toBe(0)
    await expectNoSignIn()
  })

  it.each(['', ' --json'])(
    'a sign-in that is named in full is ended, whatever the profile is%s',
    async (more) => {
      const { issuer, clientId } = stage.provider
      const full = `--issuer ${issuer} --client-id ${clientId}`
      const { exit, stderr } = await world.type(`ls-auth logout --profile job ${full}${more}`)
      expect({ exit, stderr }).toEqual({
        exit: 0,
        stderr: more ? '' : expect.stringMatching(/^Signed out of work\.\n/),
      })
      await expectNoSignIn()
    },
  )
})

describe('a profile for a program that comes before mine, with the same client', () => {
  beforeEach(async () => {
    await world.writeConfig(`default_profile = "work"\n${profileOf('job', FOR_PROGRAM)}${profileOf('work')}`)
    expect((await world.type('ls-auth login')).exit).toBe(0)
  })
  const listed = async (line: string) => {
    const rows: { profile: string | null; name: string; state: string; person: string | null }[] = JSON.parse(
      (await world.type(`${line} --json`)).stdout,
    )
    return rows.map(({ profile, name, state, person }) => [name ?? profile, state, person])
  }

  it.each(['ls-auth profile list', 'ls-auth status'])(
    '%s: I am signed in, and no program is',
    async (line) => {
      expect(await listed(line)).toEqual([
        ['job', 'not-needed', null],
        ['work', 'signed-in', 'alice@example.test'],
      ])
      expect((await world.type(line)).stderr).not.toMatch(/share|job/)
    },
  )

  it('status shows what is left without a profile, and no problem', async () => {
    await becomesForProgram()
    expect(await listed('ls-auth status')).toEqual([
      ['job', 'not-needed', null],
      ['work', 'not-needed', null],
      [null, 'signed-in', 'alice@example.test'],
    ])
    expect((await world.type('ls-auth status')).stderr).toMatch(
      /^\(no profile\): no profile uses this sign-in\. To sign out of it: ls-auth logout --issuer \S+ --client-id \S+( --account \S+)?\n$/,
    )
    expect((await world.type('ls-auth logout --all')).stderr).toMatch(/^Signed out of work\.\n/)
    expect((await world.type('ls-auth status')).stderr).toBe('Nobody needs to sign in.\n')
  })

  it('logout --all says that I was signed out', async () => {
    expect((await world.type('ls-auth logout --all')).stderr).toMatch(/^Signed out of work\.\n/)
  })

  it('logout --all does not name a program where my profile is gone', async () => {
    await world.writeConfig(profileOf('job', FOR_PROGRAM))
    expect((await world.type('ls-auth logout --all')).stderr).toMatch(/^Signed out of http:/)
  })
})
