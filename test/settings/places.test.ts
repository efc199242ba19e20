import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allVariables } from '../../src/frame/variables.ts'
import type { Env } from '../../src/ports/ports.ts'
import { expandHome, placesFor, typedPath } from '../../src/settings/files/places.ts'
import { systemConfigFile } from '../../src/system/env.ts'
import { fileStore } from '../../src/system/keychain.ts'
import { toldBy } from '../told.ts'

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

  it('where XDG variables point, on Windows: from a drive or a share on', () => {
    const variables = { XDG_CONFIG_HOME: 'D:\\c', XDG_STATE_HOME: '\\\\host\\share\\s' }
    expect(places('win32', variables).slice(0, 2)).toEqual([
      'D:\\c\\ls-auth\\config.toml',
      '\\\\host\\share\\s\\ls-auth',
    ])
    expect(places('win32', { XDG_CONFIG_HOME: 'D:/c' })[0]).toBe('D:\\c\\ls-auth\\config.toml')
    // `\\c` and `/c` are of the drive that one is on, `D:c` of its directory: of each command another place.
    for (const odd of ['c', '\\c', '/c', 'D:c', '', '\\\\'])
      expect(places('win32', { XDG_CONFIG_HOME: odd, XDG_STATE_HOME: odd })).toEqual(places('win32'))
  })

  it('on Windows: settings may roam, sessions must not', () => {
    const variables = { APPDATA: 'R:\\Roaming', LOCALAPPDATA: 'L:\\Local', ProgramFiles: 'P:\\Programs' }
    expect(places('win32', variables)).toEqual([
      'R:\\Roaming\\ls-auth\\config.toml',
      'L:\\Local\\ls-auth',
      'P:\\Programs\\ls-auth\\config.toml',
    ])
    expect(places('win32')).toEqual([
      'C:\\Users\\alice\\AppData\\Roaming\\ls-auth\\config.toml',
      'C:\\Users\\alice\\AppData\\Local\\ls-auth',
      'C:\\Program Files\\ls-auth\\config.toml',
    ])
    // A 32-bit process.
    const both = { ProgramFiles: 'C:\\Program Files (x86)', ProgramW6432: 'C:\\Program Files' }
    expect(places('win32', both)[2]).toBe('C:\\Program Files\\ls-auth\\config.toml')
  })
})

describe('what the help says of XDG variables', () => {
  const SYSTEMS = ['linux', 'darwin', 'win32'] as const
  const withoutIt = (platform?: NodeJS.Platform) =>
    ['XDG_CONFIG_HOME', 'XDG_STATE_HOME'].map((variable) => {
      const [, does = ''] = allVariables(platform).find(([name]) => name === variable) ?? []
      return / \(without it (.*)\)$/.exec(does)?.[1] ?? ''
    })

  it.each(SYSTEMS)('is where files are without them, on %s', (platform) => {
    const values: Record<string, string> = {
      '~': '/home/alice',
      '%APPDATA%': 'R:\\Roaming',
      '%LOCALAPPDATA%': 'L:\\Local',
    }
    const variables = { APPDATA: 'R:\\Roaming', LOCALAPPDATA: 'L:\\Local' }
    const [settings, state] = withoutIt(platform).map((place) =>
      place.replace(/^(~|%\w+%)/, (name) => values[name] ?? name),
    )
    const [configFile = '', stateDirectory = ''] = places(platform, platform === 'win32' ? variables : {})
    const { join } = platform === 'win32' ? win32 : posix
    expect([join(settings ?? '', 'ls-auth', 'config.toml'), join(state ?? '', 'ls-auth')]).toEqual([
      configFile,
      stateDirectory,
    ])
  })

  it('names all three in the reference, which is the same on every system', () => {
    for (const platform of SYSTEMS)
      for (const [index, place] of withoutIt(platform).entries()) expect(withoutIt()[index]).toContain(place)
  })
})

const typing = (platform: NodeJS.Platform) =>
  ({
    platform,
    homeDirectory: platform === 'win32' ? 'C:\\Users\\alice' : '/home/alice',
    workingDirectory: () => (platform === 'win32' ? 'C:\\work' : '/home/ada/repo'),
  }) as unknown as Env

describe('a path that is typed', () => {
  it.each([
    ['linux', '/home/alice/.ls-auth.key'],
    ['win32', 'C:\\Users\\alice\\.ls-auth.key'],
  ] as const)(
    'as the hint of the keychain says it lies at home, whatever the shell leaves of it: %s',
    (on, path) => {
      // Without quotes: bash, also on Windows, would take a backslash away.
      const [, typed = ''] = / --store-key-file ([\w~./-]+)$/.exec(fileStore()) ?? []
      expect(expandHome(typedPath(typed, '--store-key-file', typing(on)), typing(on))).toBe(path)
    },
  )

  it.each([
    '%USERPROFILE%\\k',
    '%userprofile%\\k',
    '%ProgramFiles(x86)%\\k',
    'C:\\Users\\%USERNAME%\\k',
    '%LOCALAPPDATA%',
  ])('with a variable of cmd that PowerShell has left in it is refused on Windows: %s', async (path) => {
    expect(await toldBy(() => typedPath(path, '--store-key-file', typing('win32')))).toEqual([
      'usage: --store-key-file holds the name of a variable instead of its value',
      'PowerShell does not expand %NAME%. Write $env:NAME there, or begin the path with ~/ for your home directory.',
      `it is "${path}"`,
    ])
    expect(typedPath(path, '--store-key-file', typing('linux'))).toBe(`/home/ada/repo/${path}`)
  })

  it.each(['100%.key', '50%\\60%.key', 'a%%b'])('with other percent signs is taken: %s', (path) => {
    expect(typedPath(path, '--store-key-file', typing('win32'))).toBe(`C:\\work\\${path}`)
  })
})
