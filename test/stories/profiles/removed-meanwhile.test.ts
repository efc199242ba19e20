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
    stderr: expect.stringContaining(
      'error: the profile work was removed in the meantime\nhint: To create it again',
    ),
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
    expect(hint).toMatch(/^To create it again: ls-auth login --profile work /)
    const { exit, stderr } = await world.type(lineIn(hint))
    expect({ exit, stderr }).toMatchObject({ exit: 0 })
    expect(await shown()).toEqual(before)
  })
})
