import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../settings/profile.ts'
import { flagsOf, globals, type Invocation } from './invocation.ts'

type Values = Readonly<Record<string, unknown>>

/** A profile that is written after the sign-in it belongs to, and never before. */
export interface PlannedProfile {
  /** Undefined takes a setting away. */
  readonly values: Values
  /** Of the scopes in `values`: those that are kept only where the provider lists them. */
  readonly optionalScopes?: readonly string[]
  /** Runs what writes it; see `NewClient` for a client that was registered for it. */
  readonly commit?: <T>(save: () => Promise<T>) => Promise<T>
}

/** Signs in with a profile; `planned`: the file doesn't have it yet. */
export type SignIn = (invocation: Invocation, planned?: PlannedProfile) => Promise<void>

/** The settings of now, and the future profile of this run. Failures: `settings`, `refused`, `usage`. */
export async function loadPlanned(
  invocation: Invocation,
  { values }: PlannedProfile,
): Promise<{ settings: Settings; profile: Profile }> {
  const { ports } = invocation
  const { profile: name = '' } = globals(invocation)
  const settings = await readSettings(ports.env, await ports.files())
  const flags = flagsOf(invocation, { newProfile: true })
  return { settings, profile: chooseProfile(withValues(settings, name, values), flags, ports.env) }
}

/** The settings as they will be when these values are saved. */
export const withValues = ({ config, ...others }: Settings, name: string, values: Values): Settings => ({
  ...others,
  config: { ...config, profiles: { ...config.profiles, [name]: { ...config.profiles[name], ...values } } },
})
