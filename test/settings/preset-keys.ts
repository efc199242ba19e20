import { PRESETS } from '../../src/providers/presets.ts'
import { resolve } from '../../src/settings/resolve.ts'

const env = {
  variables: {},
  platform: 'linux' as const,
  homeDirectory: '/home/me',
  workingDirectory: () => '/home/me',
  systemConfigFile: '/etc/ls-auth/config.toml',
  pid: 1,
  uid: 1,
  version: '0',
}
const layers = { name: '', profile: undefined, profileFile: '', system: undefined, systemFile: '' }

/** Settings whose default depends on the identity provider. */
export const PRESET_KEYS: ReadonlySet<string> = new Set(
  Object.entries(resolve({ values: {} }, env, layers, PRESETS.generic).all())
    .filter(([, { source }]) => source.startsWith('preset'))
    .map(([key]) => key),
)
