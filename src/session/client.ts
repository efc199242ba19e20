import { createHash } from 'node:crypto'
import type { Expect } from '../claims/policy.ts'
import type { HttpSettings } from '../ports.ts'
import type { Preset } from '../providers/preset.ts'

/** Who signs in where, and what for. Commands make it from a profile; the session room knows no settings. */
export interface Client {
  readonly profile: string
  readonly issuer: string
  readonly clientId: string
  readonly account: string
  /** Origin of the trace API this profile names now. */
  readonly apiOrigin: string
  readonly preset: Preset
  readonly scopes: readonly string[]
  readonly audience: string | undefined
  readonly useToken: 'access' | 'id'
  readonly redirectHost: string
  readonly redirectPorts: readonly number[] | 'any'
  readonly redirectPath: string
  readonly clientAuth: 'none' | 'client_secret_basic' | 'client_secret_post'
  readonly publicSecret: string | undefined
  readonly clientSecretFile: string | undefined
  readonly clientSecretMaxAgeSeconds: number
  readonly store: 'keychain' | 'file'
  readonly storeKeyFile: string | undefined
  readonly expect: Expect | undefined
  readonly http: HttpSettings
  readonly stateDirectory: string
}

/** Profiles with the same issuer, client and account share one sign-in, so these three make its name. */
export function sessionName(client: Pick<Client, 'issuer' | 'clientId' | 'account'>): string {
  const identity = JSON.stringify([client.issuer, client.clientId, client.account])
  return createHash('sha256').update(identity).digest('hex').slice(0, 24)
}
