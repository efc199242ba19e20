import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** A token from outside, on a machine where nothing is set up. */
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const TOKEN = `${part({ alg: 'RS256' })}.${part({ sub: 'ada', iss: 'https://id.example' })}.AAAA`

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(() => {
  delete world.variables.LS_AUTH_TOKEN
  world.stdin = []
})

describe('whoami --verify without a profile', () => {
  it('says that no issuer is known, and how to name one; nothing speaks against the token', async () => {
    world.variables.LS_AUTH_TOKEN = TOKEN
    const { exit, stderr } = await world.type('ls-auth whoami --verify')
    expect(exit).toBe(5)
    expect(stderr).toContain('is not verified: no issuer is configured\n')
    expect(stderr).toContain('hint: If you trust its issuer: ls-auth check --issuer URL\n')
    expect(stderr).not.toContain('Do not trust')
    expect((await world.type('ls-auth check')).exit).toBe(5)
  })
})

describe('a token that is given in a wrong way', () => {
  it.each(['check', 'whoami'])('to %s: the hint is about that command', async (command) => {
    const line = `ls-auth ${command} --token -`
    expect((await world.type(line)).stderr).toContain(`hint: Pipe one in: cat FILE | ${line}\n`)
    for (const given of ['abc', TOKEN])
      expect((await world.type(`ls-auth ${command} --token ${given}`)).stderr).toContain(
        `hint: Pass it on standard input: ${line}\n`,
      )
  })
})
