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
    ['ls-auth trace get t.json --min soon', '--min: "soon" is not a duration'],
    ['ls-auth trace get t.json --depth none', '--depth: "none" is not a whole number from 1 to 1000000'],
    ['ls-auth trace get t.json --attr novalue', '--attr: "novalue" is not key=value'],
    ['ls-auth trace get t.json --span what?', '"what?" is not a span or trace id'],
    ['ls-auth trace get t.json --trace what?', '"what?" is not a span or trace id'],
    ['ls-auth trace get t.json --from soon', '--from: "soon" is no moment of a trace'],
    ['ls-auth trace get t.json --to soon', '--to: "soon" is no moment of a trace'],
    ['ls-auth trace get t.json --skew -o csv', '--skew changes a drawing; -o csv writes data'],
    ['ls-auth trace get t.json --plain -o otlp', '--plain changes a drawing; -o otlp writes data'],
    // More rows: one for each option that is more than a word.
  ])('%s', async (line, message) => {
    const { exit, stderr } = await world.type(line)
    expect({ exit, error: stderr.split('\n')[0] }).toEqual({ exit: 2, error: `error: ${message}` })
    expect(world.keychain.calls).toEqual([])
  })
})
