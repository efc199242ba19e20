import { describe, expect, it } from 'vitest'
import type { Env } from '../../src/ports/ports.ts'
import { placesFor } from '../../src/settings/files/places.ts'
import { systemConfigFile } from '../../src/system/env.ts'

/** What docs/install.md says of each platform. */
const places = (platform: NodeJS.Platform, variables: Record<string, string> = {}) => {
  const homeDirectory = platform === 'win32' ? 'C:\\Users\\alice' : '/home/alice'
  const { configFile, stateDirectory } = placesFor({ platform, variables, homeDirectory } as unknown as Env)
  return [configFile, stateDirectory, systemConfigFile(platform, variables)]
}

describe('where files are', () => {
  it('on Linux', () => {
    expect(places('linux')).toEqual([
      '/home/alice/.config/ls-auth/config.toml',
      '/home/alice/.local/state/ls-auth',
      '/etc/ls-auth/config.toml',
    ])
  })

  it('on macOS', () => {
    const support = '/home/alice/Library/Application Support/ls-auth'
    expect(places('darwin')).toEqual([`${support}/config.toml`, support, '/etc/ls-auth/config.toml'])
  })

  it.each(['linux', 'darwin'] as const)('where XDG variables point, on %s', (platform) => {
    const variables = { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' }
    expect(places(platform, variables).slice(0, 2)).toEqual(['/c/ls-auth/config.toml', '/s/ls-auth'])
    const relative = { XDG_CONFIG_HOME: 'c', XDG_STATE_HOME: '' }
    expect(places(platform, relative)).toEqual(places(platform))
  })

  it('on Windows: settings may roam, sessions must not', () => {
    const variables = { APPDATA: 'R:\\Roaming', LOCALAPPDATA: 'L:\\Local', ProgramData: 'P:\\Data' }
    expect(places('win32', variables)).toEqual([
      'R:\\Roaming\\ls-auth\\config.toml',
      'L:\\Local\\ls-auth',
      'P:\\Data\\ls-auth\\config.toml',
    ])
    expect(places('win32')).toEqual([
      'C:\\Users\\alice\\AppData\\Roaming\\ls-auth\\config.toml',
      'C:\\Users\\alice\\AppData\\Local\\ls-auth',
      'C:\\ProgramData\\ls-auth\\config.toml',
    ])
  })
})
