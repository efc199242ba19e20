import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Env, Files } from '../../src/ports/ports.ts'
import { readSettings } from '../../src/settings/files/settings-files.ts'
import { chooseProfile } from '../../src/settings/profile.ts'

const text = readFileSync(new URL('../../docs/install.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/^### (\w+)\n+```toml\n([\s\S]*?)^```/gm)]

it('each example of a system file in docs/install.md is a whole profile for that provider', async () => {
  expect(examples.map(([, name]) => name)).toEqual(['Okta', 'Entra', 'Cognito'])
  for (const [, name = '', toml = ''] of examples) {
    const env = {
      variables: {},
      platform: 'linux',
      homeDirectory: '/home/alice',
      systemConfigFile: '/etc/ls-auth/config.toml',
    } as unknown as Env
    const files = {
      readForeign: async (path: string) => (path === env.systemConfigFile ? Buffer.from(toml) : undefined),
    } as unknown as Files
    const { client, api, saved, unknownKeys } = chooseProfile(
      await readSettings(env, files),
      { values: {} },
      env,
    )
    expect([client.preset.id, saved, unknownKeys]).toEqual([name.toLowerCase(), true, []])
    expect(api.href).toBe('https://traces-gw.acme.example/')
    expect(client.preset.scopes.includes('offline_access')).toBe(client.preset.offline === 'scope')
  }
})
