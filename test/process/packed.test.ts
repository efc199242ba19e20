import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { liveThroughSession } from './whole-session.ts'

/** The program under test: `LS_AUTH_BIN` names the one of a packed install, else it is the one built here. */
const binary = process.env.LS_AUTH_BIN ? resolve(process.env.LS_AUTH_BIN) : BINARY

/** The package that the program under test loads by this name. */
function installed(name: string): { version: string; dependencies?: Readonly<Record<string, string>> } {
  for (let folder = resolve(binary, '../..'); folder !== '/'; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  }
  throw new Error(`${name} is not installed`)
}

describe('the program as it is installed', () => {
  let provider: Provider
  let machine: Machine
  beforeAll(async () => {
    provider = await startProvider()
    machine = await openMachine({ binary })
  })
  afterAll(() => Promise.all([provider.close(), machine.close()]))

  // Of what is built here, the lock itself says so.
  if (process.env.LS_AUTH_BIN !== undefined)
    it('runs the packages that were tested, in the same versions', () => {
      const { packages } = JSON.parse(
        readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
      )
      const needed = ['ls-auth']
      const seen = new Set<string>()
      for (let name = needed.pop(); name !== undefined; name = needed.pop()) {
        if (seen.has(name)) continue
        seen.add(name)
        const { version, dependencies = {} } = installed(name)
        if (name !== 'ls-auth')
          expect([name, version]).toEqual([name, packages[`node_modules/${name}`].version])
        needed.push(...Object.keys(dependencies))
      }
      expect(seen).toContain('ansi-regex')
    })

  it('signs in, hands out a token, renews it, says who it is, signs out', async () => {
    await liveThroughSession(machine, provider)
  })
})
