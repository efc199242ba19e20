import { expect, it } from 'vitest'
import { readsNodeOptions } from '../../build/package/node-options.mjs'
import { isMet } from '../world/needs.ts'

it('an executable that goes by NODE_OPTIONS, as Node does, is told from one that does not', () => {
  expect(readsNodeOptions(process.execPath)).toBe(true)
})

it.skipIf(!isMet(process.platform !== 'win32', 'there is no `true` on Windows'))(
  'one that does not is good',
  () => {
    expect(readsNodeOptions('/usr/bin/true')).toBe(false)
  },
)

it('one that does not run at all is neither', () => {
  expect(() => readsNodeOptions('/nonexistent/ls-auth')).toThrow('does not run')
})
