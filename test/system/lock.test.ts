import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { kernelLock } from '../../src/system/files/lock.ts'

const native: typeof import('fs-native-extensions') = createRequire(import.meta.url)('fs-native-extensions')

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ls-auth-lock-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

describe('an error of the kernel', () => {
  const codeOf = async (code: string) => {
    vi.spyOn(native, 'tryLock').mockImplementation(() => {
      throw Object.assign(new Error('x'), { code })
    })
    const lock = await kernelLock()
    return lock.tryLock(join(directory, 'lock'), '').catch((error: NodeJS.ErrnoException) => error.code)
  }

  it('that the library has no name for gets the name of the system', async () => {
    expect(await codeOf(`Unknown system error -${constants.errno.ENOLCK}`)).toBe('ENOLCK')
  })

  it.each(['EIO', 'Unknown system error -99999'])('stays what it is otherwise: %s', async (code) => {
    expect(await codeOf(code)).toBe(code)
  })
})
