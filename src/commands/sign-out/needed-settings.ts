import { portWith } from '../../port-with.ts'
import type { ConfigFile } from '../../settings/files/config-file.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { SETTING_TABLE, type SettingName } from '../../settings/setting-table.ts'
import type { Invocation } from '../invocation.ts'

/** Whose sign-in it is, how it is opened and revoked, and why. */
const NEEDED: readonly SettingName[] = [
  'issuer',
  'client_id',
  'account',
  'store_key_file',
  // How its client is known to the provider, and what is revoked there.
  'provider',
  'client_auth',
  'client_secret',
  'revoke',
  'endpoint_hosts',
  'leeway',
  'proxy',
  'ca_file',
  'client_cert',
  'client_key',
  // A profile for a program, or for an API without tokens, has no sign-in.
  'workload',
  'identity',
  'authorization',
  'reason',
]

const UNUSED = SETTING_TABLE.filter(({ key }) => !NEEDED.some((needed) => needed === key))

/** The settings that a sign-out uses: which API is asked, say, is not among them, and a wrong one must not hinder it. */
export const neededSettings = ({ config, system, places }: Settings): Settings => ({
  config: needed(config),
  system: needed(system),
  places,
})

function needed(file: ConfigFile): ConfigFile {
  const unused = new Set(UNUSED.map(({ key }) => key))
  const tables = Object.entries(file.profiles).map(([name, table]) => {
    const entries = Object.entries(table).filter(([key]) => !unused.has(key))
    return [name, Object.fromEntries(entries)] as const
  })
  return {
    ...file,
    profiles: Object.assign(Object.create(null), Object.fromEntries(tables)) as ConfigFile['profiles'],
  }
}

/** The run without the variables of the other settings. */
export function withNeededVariables(invocation: Invocation): Invocation {
  const { ports } = invocation
  const unused = new Set(UNUSED.map(({ variable }) => variable))
  const entries = Object.entries(ports.env.variables).filter(([name]) => !unused.has(name))
  const env = portWith(ports.env, { variables: Object.fromEntries(entries) })
  return { ...invocation, ports: { ...ports, env } }
}
