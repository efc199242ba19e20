import { expect, it } from 'vitest'
import { unlockable } from '../../src/storage/wait-for-lock.ts'

it('the hint of a lock that is root’s can be pasted, with a blank in its path', () => {
  const cause = Object.assign(new Error(), { code: 'EACCES' })
  const { hint } = unlockable({ path: '/my state/settings.lock', what: 'the settings' }, cause, 1000, 0)
  expect(hint).toBe("Run: sudo chown 1000 '/my state/settings.lock'")
})
