import { tmpdir, userInfo } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { processEnv } from '../../src/system/env.ts'
import { IS_POSIX } from '../world/posix.ts'

const { HOME } = process.env
afterEach(() => {
  process.env.HOME = HOME
})

describe.skipIf(!IS_POSIX)('the home directory', () => {
  it('is HOME', () => {
    process.env.HOME = tmpdir()
    expect(processEnv().homeDirectory).toBe(tmpdir())
  })

  it.each(['.', 'home', '', '~'])('is that of the system where HOME is no whole path: %j', (home) => {
    process.env.HOME = home
    expect(processEnv().homeDirectory).toBe(userInfo().homedir)
  })

  it('is that of the system without HOME', () => {
    delete process.env.HOME
    expect(processEnv().homeDirectory).toBe(userInfo().homedir)
  })
})
