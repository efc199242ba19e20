import { expect, test } from 'vitest'
import { seedOf } from '../../seed.ts'
import { countWorlds } from './planted-judge.ts'

test('in 200 made-up worlds it says what was planted', () => {
  const { worlds, first, same, newAndGone } = countWorlds(200, seedOf())
  expect(first).toBeGreaterThanOrEqual(worlds * 0.99)
  expect(same).toBe(worlds)
  expect(newAndGone).toBe(worlds)
})
