import { expect, it } from 'vitest'
import type { ConfigFile } from '../../src/settings/files/config-file.ts'
import type { Settings } from '../../src/settings/files/settings-files.ts'
import { chooseName } from '../../src/settings/profile-name.ts'
import { processEnv } from '../../src/system/env.ts'

const env = { ...processEnv(), variables: {} }

it('a profile that is named is found without a look at all of them: status asks for each', () => {
  let looks = 0
  const profiles = new Proxy<ConfigFile['profiles']>(
    { one: {}, two: {} },
    {
      ownKeys(target) {
        looks++
        return Reflect.ownKeys(target)
      },
    },
  )
  const file = { profiles, defaultProfile: undefined } as ConfigFile
  const places = { configFile: '/c', stateDirectory: '/s' }
  const settings: Settings = { places, config: file, system: { ...file, profiles: { three: {} } } }
  const named = (profile: string) => chooseName(settings, { profile }, env)
  expect([named('two'), named('three')]).toEqual([
    { name: 'two', saved: true },
    { name: 'three', saved: true },
  ])
  expect(looks).toBe(0)
  expect(() => named('four')).toThrow('there is no profile "four"')
  expect(() => named('toString')).toThrow('there is no profile "toString"')
  // The hint names them all.
  expect(looks).toBeGreaterThan(0)
})
