import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kernelLock } from '../../../src/system/files/lock.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { type OtherTerminal, openTwoTerminals } from '../../world/two-terminals.ts'
import type { World } from '../../world/world.ts'

/** "I have two terminals open. What I save in one while the other is busy must not be lost." */

let stage: Stage
let world: World
let other: OtherTerminal
let close: () => Promise<void>
beforeAll(async () => {
  stage = await openStage({
    provider: { withRegistration: true },
    gateway: { signIn: { backend: 'lightstep', organization: 'acme', project: 'prod' } },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  ;({ world, other, close } = await openTwoTerminals(stage.provider))
})
afterEach(() => close())

const settings = () => readFile(world.configFile, 'utf8')
const OPEN = '--backend jaeger --authorization none'
const addJaeger = (name = 'jaeger') =>
  other.type(`ls-auth profile add ${name} --api http://127.0.0.1:16686 ${OPEN}`)
/** What is done at the other terminal after this one has read the settings, and before it saves. */
const afterReading = (work: () => Promise<unknown>) => {
  let waits = true
  world.override = {
    async lock() {
      const { tryLock } = await kernelLock()
      return {
        async tryLock(path, note) {
          if (waits) {
            waits = false
            await work()
          }
          return tryLock(path, note)
        },
      }
    },
  }
}

describe('what is saved at another terminal', () => {
  it('while the browser is open: login keeps it', async () => {
    other.whileItIsOpen(() => addJaeger())
    const { issuer, clientId } = stage.provider
    const { exit } = await world.type(`ls-auth login --issuer ${issuer} --client-id ${clientId} --port 0`)
    expect(exit).toBe(0)
    expect(await settings()).toMatch(/^\[profiles\.jaeger\]$/m)
    expect(await settings()).toContain(`issuer = "${issuer}"\nclient_id = "${clientId}"\n`)
    expect((await world.type('ls-auth profile use default')).exit).toBe(0)
  })

  it('while a question waits for its answer: login by an address keeps it', async () => {
    world.tty = true
    world.watched = true
    world.stdin = [
      async () => {
        await addJaeger()
        return 'y'
      },
    ]
    expect((await world.type(`ls-auth login ${stage.gateway.url} --port 0`)).exit).toBe(0)
    expect(await settings()).toMatch(/^\[profiles\.jaeger\]$/m)
    expect(await settings()).toContain(`api = "${stage.gateway.url}`)
  })
})

describe('a change that another terminal was faster with', () => {
  const WORK = '# ours\n[profiles.work]\nissuer = "https://id.example" # mine\nclient_id = "x"\n'

  it('set: two values of one table are both there', async () => {
    await world.writeConfig(WORK)
    afterReading(() => other.type('ls-auth profile set expect.groups ops'))
    expect((await world.type('ls-auth profile set expect.strict true')).exit).toBe(0)
    expect(await settings()).toContain(WORK)
    expect((await settings()).replaceAll(' ', '')).toContain('expect={groups=["ops"],strict=true}\n')
  })

  it('add: a profile of that name is not overwritten', async () => {
    afterReading(() => addJaeger())
    const { exit, stderr } = await world.type(`ls-auth profile add jaeger --api http://127.0.0.1:1 ${OPEN}`)
    expect(exit).toBe(2)
    expect(stderr).toContain('error: the profile jaeger already exists\nhint: ')
    expect(await settings()).toContain('api = "http://127.0.0.1:16686')
  })
})

describe('login: a setting of the profile that another terminal has set while the browser was open', () => {
  const client = () => `--issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId}`
  const mine = (flags: string) => world.type(`ls-auth login ${client()} --port 0 ${flags}`)

  it.each([
    ['api', `--api http://127.0.0.1:1`],
    ['backend', '--backend jaeger'],
  ])('a new profile: its %s is not overwritten', async (key, flag) => {
    other.whileItIsOpen(() => other.type(`ls-auth profile add default ${client()} ${flag}`))
    const { exit, stderr } = await mine('--api http://127.0.0.1:2 --backend tempo')
    expect(exit).toBe(2)
    expect(stderr).toMatch(
      new RegExp(
        `error: another ls-auth has changed ${key} of the profile default in the meantime\nhint: Check it: ls-auth profile show --profile default. Then sign in again.\n {2}the sign-in stays for the profile default\n$`,
      ),
    )
    expect((await settings()).match(/(api|backend) = .*/g)).toHaveLength(1)
    expect((await world.type('ls-auth login --port 0')).exit).toBe(0)
    expect((await world.type('ls-auth whoami')).exit).toBe(0)
  })
})

describe('a sign-in whose profile was removed at another terminal, while the browser was open', () => {
  const profileOf = (name: string) =>
    `[profiles.${name}]\nissuer = "${stage.provider.issuer}"\nclient_id = "${stage.provider.clientId}"\nredirect_ports = [0]\n`
  const expectNothingKept = async (revoked: number) => {
    expect(stage.provider.revocations()).toBe(revoked + 1)
    const { stderr } = await world.type('ls-auth logout --all')
    expect(stderr).toBe('This machine has no sign-ins.\n')
  }
  const GONE =
    /error: the profile work was removed in the meantime\nhint: To create it again: ls-auth login .*--profile work --issuer http\S+ --client-id \S+\n {2}the sign-in is removed; refresh token revoked\n$/

  it.each(['ls-auth login', 'ls-auth login --tenant t'])(
    '%s: nothing is kept that no command can reach',
    async (line) => {
      await world.writeConfig(profileOf('work'))
      other.whileItIsOpen(() => other.type('ls-auth profile remove work'))
      const revoked = stage.provider.revocations()
      const { exit, stdout, stderr } = await world.type(line)
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toMatch(GONE)
      expect(stderr).not.toContain('Signed in')
      expect(await settings()).not.toContain('work')
      await expectNothingKept(revoked)
    },
  )
})
