import { describe, expect, it } from 'vitest'
import { heldToken } from '../../../src/commands/request/held-token.ts'
import { Failure } from '../../../src/errors.ts'

const MINUTE = 60_000

/** A session whose tokens are `t1`, `t2` …, each for ten minutes. */
function session() {
  const scene = {
    now: 0,
    asked: [] as (string | undefined)[],
    fails: undefined as Failure | undefined,
    over: [] as string[],
    serial: 1,
    expiresAt: 10 * MINUTE,
  }
  const held = heldToken(
    async (rejected) => {
      scene.asked.push(rejected)
      await Promise.resolve()
      if (scene.fails) throw scene.fails
      if (rejected === `t${scene.serial}` || scene.now >= scene.expiresAt - MINUTE) {
        scene.serial += 1
        scene.expiresAt = scene.now + 10 * MINUTE
      }
      return { value: `t${scene.serial}`, expiresAt: scene.expiresAt }
    },
    { now: () => scene.now },
    (failure) => scene.over.push(failure.code),
  )
  return Object.assign(scene, { held })
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 1))

describe('the token of a proxy', () => {
  it('is asked for once for requests that come together, and again after a while only', async () => {
    const scene = session()
    expect(await Promise.all([scene.held.token(), scene.held.token()])).toEqual(['t1', 't1'])
    scene.now = 9_999
    expect(await scene.held.token()).toBe('t1')
    expect(scene.asked).toHaveLength(1)
    scene.now = 10_000
    expect(await scene.held.token()).toBe('t1')
    await settled()
    expect(scene.asked).toHaveLength(2)
  })

  it('serves on while the provider is away, until it expires', async () => {
    const scene = session()
    await scene.held.token()
    scene.fails = new Failure('network', 'away')
    scene.now = MINUTE
    expect(await scene.held.token()).toBe('t1')
    await settled()
    scene.now = 10 * MINUTE - 1
    await expect(scene.held.token()).rejects.toThrow('away')
    expect(scene.over).toEqual([])
  })

  it('is not used once it has expired, also right after a look that failed', async () => {
    const scene = session()
    await scene.held.token()
    scene.fails = new Failure('network', 'away')
    scene.now = 10 * MINUTE - 500
    await expect(scene.held.token()).rejects.toThrow('away')
    // It is the last half of a second that it is good for.
    expect(await scene.held.token()).toBe('t1')
    scene.now = 10 * MINUTE
    await expect(scene.held.token()).rejects.toThrow('away')
    const before = scene.asked.length
    scene.now += 100
    await expect(scene.held.token()).rejects.toThrow('away')
    // Many requests do not ask the provider many times.
    expect(scene.asked).toHaveLength(before)
    scene.fails = undefined
    scene.now += 1000
    expect(await scene.held.token()).toBe('t2')
  })

  it('is renewed once for all that were refused with it, and not again at once', async () => {
    const scene = session()
    await scene.held.token()
    expect(await Promise.all([1, 2, 3].map(() => scene.held.renew('t1')))).toEqual(['t2', 't2', 't2'])
    expect(scene.asked).toEqual([undefined, 't1'])
    expect(await scene.held.renew('t2')).toBeUndefined()
    scene.now = 31_000
    expect(await scene.held.renew('t2')).toBe('t3')
  })
})
