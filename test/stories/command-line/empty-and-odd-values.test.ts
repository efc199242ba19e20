import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = `${part({ alg: 'RS256' })}.${part({ sub: 'a', auth_time: 1e18, scope: 'nothing' })}.AAAA`

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

describe('an empty value asserts nothing, so it is refused', () => {
  it.each(['issuer', 'audience', 'scope', 'group', 'role', 'client', 'sub', 'claim', 'acr', 'amr'])(
    'check --%s ""',
    async (flag) => {
      for (const value of ['', ' ']) {
        world.stdin = [token]
        const { exit, stdout, stderr } = await world.type(`ls-auth check --token - --${flag} "${value}"`)
        expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
        expect(stderr).toMatch(new RegExp(`^error: --${flag} is empty\nhint: .+\n$`))
      }
    },
  )
})

it.each([
  'whoami --token opaque-s3cret',
  'check --token=opaque-s3cret --audience a',
  'check --tokn=opaque-s3cret',
])('%s: exit 2, and what may be a token is not repeated', async (line) => {
  const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  expect(stderr).toMatch(/^error: .+\nhint: .+\n/)
  expect(stderr).not.toContain('s3cret')
})
