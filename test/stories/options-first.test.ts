import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('a mistyped option is found before anything else: no profile, no sign-in, no file', () => {
  it.each([
    ['ls-auth token --min-ttl soon', '--min-ttl: "soon" is not a duration'],
    // More rows: one for each option that is more than a word.
  ])('%s', async (line, message) => {
    const { exit, stderr } = await world.type(line)
    expect({ exit, error: stderr.split('\n')[0] }).toEqual({ exit: 2, error: `error: ${message}` })
    expect(world.keychain.calls).toEqual([])
  })
})
