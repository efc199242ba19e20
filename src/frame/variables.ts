import { SETTING_TABLE } from '../settings/setting-table.ts'

/** Environment variables that aren't setting of a profile, and what each does. */
const VARIABLES = {
  LS_AUTH_PROFILE: 'profile to use',
  LS_AUTH_TOKEN: 'access token to use instead of the session, for CI',
  LS_AUTH_PROXY: '1: LS_AUTH_API is the address of ls-auth proxy, so ls-auth sends it no token',
  LS_AUTH_CLIENT_SECRET_FILE: 'file with the client secret, if the client has one',
  AWS_ENDPOINT_URL_STS: 'https address of STS, such as a VPC endpoint; else AWS_ENDPOINT_URL',
  XDG_CONFIG_HOME: 'directory of the settings: ls-auth/config.toml',
  XDG_STATE_HOME: 'directory of sessions and caches: ls-auth/',
  HTTPS_PROXY: 'proxy for requests; also HTTP_PROXY and NO_PROXY',
  NODE_EXTRA_CA_CERTS: 'file with certificates of a company CA',
  NO_COLOR: 'no colours; FORCE_COLOR turns them on',
} as const

/** Where files are without these variables, as `placesFor` has it. The help of a machine names its own place. */
const WITHOUT = {
  XDG_CONFIG_HOME: { linux: '~/.config', darwin: '~/Library/Application Support', win32: '%APPDATA%' },
  XDG_STATE_HOME: {
    linux: '~/.local/state',
    darwin: '~/Library/Application Support',
    win32: '%LOCALAPPDATA%',
  },
} as const

/** A variable of {@link VARIABLES}. */
export type VariableName = keyof typeof VARIABLES

/** A variable that a command reads: its name, or with what it does to this command alone. */
export type ReadVariable = VariableName | readonly [name: VariableName, does: string]

/** Each variable with what it does. */
export const describedVariables = (
  variables: readonly ReadVariable[],
): readonly (readonly [name: string, does: string])[] =>
  variables.map((one) => (typeof one === 'string' ? [one, VARIABLES[one]] : one))

/** All variables with what they do, those of settings too; `platform` undefined: for all, as the reference is. */
export function allVariables(platform?: NodeJS.Platform): readonly (readonly [name: string, does: string])[] {
  const settings = SETTING_TABLE.flatMap(({ variable, help = '' }) =>
    variable === undefined ? [] : [[variable, help] as const],
  )
  const [profile, token, ...others] = Object.entries(VARIABLES).map(
    ([name, does]) => [name, does + placeWithout(name, platform)] as const,
  )
  return [profile, token, ...settings, ...others].filter((row) => row !== undefined)
}

function placeWithout(variable: string, platform: NodeJS.Platform | undefined): string {
  if (variable !== 'XDG_CONFIG_HOME' && variable !== 'XDG_STATE_HOME') return ''
  const { linux, darwin, win32 } = WITHOUT[variable]
  if (platform === undefined) return ` (without it ${linux}; macOS: ${darwin}; Windows: ${win32})`
  return ` (without it ${platform === 'win32' ? win32 : platform === 'darwin' ? darwin : linux})`
}
