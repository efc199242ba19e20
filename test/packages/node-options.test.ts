import { spawnSync } from 'node:child_process'
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

it('a Node that is too old for that is refused before anything is built', () => {
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })
Object.defineProperty(process, 'version', { value: 'v20.19.0' })`
  const preload = `data:text/javascript,${encodeURIComponent(old)}`
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', preload, 'build/package/package.mjs'],
    { encoding: 'utf8', timeout: 20_000 },
  )
  expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
    status: 1,
    stdout: '',
    first: 'error: npm run package needs Node.js 24 or later, for the executable; this is v20.19.0',
  })
})
