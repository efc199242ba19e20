import type { Expect } from './claims/policy.ts'
import type { HttpSettings } from './ports.ts'
import type { Preset } from './providers/preset.ts'

/**
 * Who signs in where, and what for. Types only, between the rooms that share it: `settings` makes it once and `session`
 * works with it, and neither knows the other.
 */
export interface Client extends PartialClient {
  readonly issuer: string
  readonly clientId: string
}

/** A client as far as the settings name it. */
export interface PartialClient {
  /** Name of the profile. */
  readonly profile: string
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  /** The provider's habits, with everything that the profile overrides: nothing of them is decided anywhere else. */
  readonly preset: Preset
  /** Keeps two people on one machine apart. */
  readonly account: string
  /** Origin of the trace API this profile names now. */
  readonly apiOrigin: string
  readonly audience: string | undefined
  /** Public by design (the preset says so), else undefined: a real secret is never a setting. */
  readonly publicSecret: string | undefined
  /** A file with a confidential client's secret, read when signing in. */
  readonly clientSecretFile: string | undefined
  readonly clientSecretMaxAgeSeconds: number
  readonly store: 'keychain' | 'file'
  readonly storeKeyFile: string | undefined
  /** The policy on its tokens. */
  readonly expect: Expect | undefined
  readonly http: HttpSettings
  readonly stateDirectory: string
}
