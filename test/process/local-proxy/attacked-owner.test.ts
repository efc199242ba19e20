import { expect, it } from 'vitest'
import type { Attack } from '../../reliability/proxy-attack/attack.ts'
import { isTooLong } from '../../reliability/proxy-attack/owner.ts'
import { attackAll } from '../../reliability/proxy-attack/run.ts'
import { openScene } from '../../reliability/proxy-attack/scene.ts'

/** How the attacks on a local proxy (npm run proxy-attack) tell whether its owner is served. */

it('a proxy that stands still is told of: its owner is not served', async () => {
  const scene = await openScene()
  const told: string[] = []
  const stop: Attack = {
    name: 'stopped',
    run: async ({ door }) => ({ heard: String(process.kill(door.pid, 'SIGSTOP')) }),
  }
  const { owner } = await attackAll({ name: 'still', attacks: [stop] }, scene, (line) => told.push(line))
  await scene.close()
  expect({ owner, told }).toEqual({ owner: 0, told: ['the owner is not served: still: stopped'] })
})

it.each([
  ['nothing else runs', 5_001, 0, 0, true],
  ['it is just in time', 5_000, 0, 0, false],
  ['the proxy had no processor', 9_000, 4_000, 0, false],
  ['the test had none', 9_000, 0, 4_000, false],
  ['both had none at the same time', 9_001, 4_000, 4_000, true],
  ['both had none for so long that nothing would be left', 5_500, 3_000, 3_000, false],
  ['nobody waits for longer than a minute', 60_001, 60_000, 0, true],
  ['a minute of load is no fault of the proxy', 60_000, 60_000, 60_000, false],
])(
  '%s: the owner has waited %i ms, %i and %i without a processor; too long: %s',
  (_, wall, proxy, test, is) => {
    expect(isTooLong({ wall, proxy, test })).toBe(is)
  },
)
