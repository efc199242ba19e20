import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { type OtherTerminal, openTwoTerminals } from '../../world/two-terminals.ts'
import type { World } from '../../world/world.ts'

/** "I removed a profile while I was signing in to it, by mistake. The line that I am given brings it back." */

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

const BASE = () =>
  `issuer = "${stage.provider.issuer}"\nclient_id = "${stage.provider.clientId}"\nredirect_ports = [0]\n`
const write = (lines: string, more = '') =>
  world.writeConfig(`default_profile = "work"\n[profiles.work]\n${BASE()}${lines}\n${more}`)
const shown = async () =>
  JSON.parse((await world.type('ls-auth profile show --profile work --json')).stdout).settings
/** The hint of a sign-in whose profile is removed meanwhile. */
async function hintAfterRemoval(line: string): Promise<string> {
  return /^hint: (.*)$/m.exec(await told(line))?.[1] ?? ''
}
async function told(line: string): Promise<string> {
  other.whileItIsOpen(() => other.type('ls-auth profile remove work'))
  const { exit, stderr } = await world.type(line)
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: expect.stringContaining('error: the profile work was removed meanwhile\nhint: To make it anew'),
  })
  return stderr
}
const lineIn = (hint: string) => /ls-auth login .*$/m.exec(hint)?.[0] ?? ''

describe('what is typed after the hint makes the same profile', () => {
  it.each([
    [
      'its API',
      () => `backend = "lightstep"\napi = "${stage.gateway.url}"\norganization = "acme"\nproject = "prod"`,
    ],
    [
      'a tenant and a header',
      () => 'backend = "tempo"\ntenant = "a"\nauthorization_header = "X-JWT-Assertion"',
    ],
    ['its scopes', () => 'scopes = ["openid", "email", "offline_access"]\nauthorization = "none"'],
    ['its account', () => 'account = "the second; mine."\nbackend = "jaeger"'],
    [
      'a key file',
      () => `store = "file"\nstore_key_file = "${join(world.home, 'my keys', 'ls.key')}"\ndpop = false`,
    ],
  ])('%s', async (_, lines) => {
    await write(lines())
    const before = await shown()
    const hint = await hintAfterRemoval('ls-auth login')
    expect(hint).toMatch(/^To make it anew: ls-auth login --profile work /)
    const { exit, stderr } = await world.type(lineIn(hint))
    expect({ exit, stderr }).toMatchObject({ exit: 0 })
    expect(await shown()).toEqual(before)
  })

  it('and what was typed with the sign-in is in it', async () => {
    await write('backend = "tempo"\ntenant = "a"\nscopes = ["openid"]')
    const hint = await hintAfterRemoval('ls-auth login --tenant t --scope email --login-hint alice')
    expect((await world.type(lineIn(hint))).exit).toBe(0)
    expect(await shown()).toMatchObject({
      backend: { value: 'tempo' },
      tenant: { value: 't' },
      scopes: { value: ['openid', 'email'] },
    })
    expect(hint).toContain('--login-hint alice')
  })
})

it('settings without a flag are named, and the reason, which no sign-in keeps', async () => {
  await write(
    'leeway = "1m"\nreason = "TICKET-1"',
    '[profiles.work.access]\nread = { scopes = ["traces:read"] }\n',
  )
  for (const line of ['ls-auth login', 'ls-auth login --reason TICKET-2']) {
    const hint = await hintAfterRemoval(line)
    expect(hint).toMatch(/^To make it anew, but for its reason, leeway and access: ls-auth login /)
    expect(hint).not.toContain('TICKET-1')
    await write('reason = "TICKET-1"\nleeway = "1m"', '[profiles.work.access]\nread = {}\n')
  }
})

it('the secret of a local proxy is not printed, and the line makes no profile with half of its address', async () => {
  const secret = 'A'.repeat(43)
  await write(`api = "http://127.0.0.1:9/${secret}"\nbackend = "jaeger"`)
  const hint = await hintAfterRemoval('ls-auth login')
  expect(hint).toMatch(/^To make it anew, but for its api: ls-auth login /)
  expect(hint).not.toContain(secret)
  expect((await world.type(lineIn(hint))).exit).toBe(0)
  expect(await shown()).toMatchObject({ api: { source: 'not set' }, backend: { value: 'jaeger' } })
})

describe('the default profile', () => {
  const others = '[profiles.other]\nissuer = "https://other.example"\nclient_id = "x"\n'
  const AGAIN = 'to make it the default again: ls-auth profile use work'
  async function isDefaultAfterIt(line: string): Promise<string> {
    const said = await told(line)
    expect((await world.type(lineIn(said))).exit).toBe(0)
    const again = /ls-auth profile use .*$/m.exec(said)?.[0]
    if (again !== undefined) expect((await world.type(again)).exit).toBe(0)
    const { stdout } = await world.type('ls-auth profile list --json')
    const rows: { name: string; default: boolean }[] = JSON.parse(stdout)
    expect(rows.filter((row) => row.default).map(({ name }) => name)).toEqual(['work'])
    return said
  }

  it('is the default again, after the second line', async () => {
    await write('', others)
    expect(await isDefaultAfterIt('ls-auth login')).toContain(`\n  ${AGAIN}\n`)
  })

  it('and needs no second line where it is the only one', async () => {
    await write('')
    expect(await isDefaultAfterIt('ls-auth login')).not.toContain('profile use')
  })

  it('nor does one that was not the default', async () => {
    await world.writeConfig(`default_profile = "other"\n[profiles.work]\n${BASE()}\n${others}`)
    expect(await told('ls-auth login --profile work')).not.toContain('profile use')
  })
})
