import type { Expect } from './claims/policy.ts'
import type { HttpSettings } from './ports/http.ts'
import type { Preset } from './providers/preset.ts'
import type { ProofSource } from './providers/workload-sources.ts'

/**
 * An OAuth client with its provider and its store. Types only, below the rooms that share it: `settings` makes it,
 * `session` uses it, and neither imports the other.
 */
export interface Client extends PartialClient {
  readonly issuer: string
  readonly clientId: string
}

/** A client whose issuer or client id may be missing in the settings. */
export interface PartialClient {
  /** Name of the profile. */
  readonly profile: string
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  /** The provider's preset with the profile's overrides applied. */
  readonly preset: Preset
  /** A name that keeps the sessions of two people on one machine apart. */
  readonly account: string
  /** Origin of the trace API in the current settings. */
  readonly apiOrigin: string
  /** The tenant, or organization/project, that is read there: for the record. */
  readonly place?: string | undefined
  /** The variable that named it in this run; missing: a flag or the settings did. */
  readonly apiFrom?: string
  readonly audience: string | undefined
  /** The identifier of the API, from its own document (RFC 8707 §2): sent with each request for tokens. */
  readonly resource?: string | undefined
  /** Scopes that ls-auth adds by itself: asked for only where the provider lists them, or is an OpenID one without a list. */
  readonly optionalScopes?: readonly string[]
  /** URL of a document that describes ls-auth as a client, for a server that takes it as client id. */
  readonly clientIdDocument?: string | undefined
  /** Public by design (the preset says so), else undefined: a real secret is never a setting. */
  readonly publicSecret: string | undefined
  /** A file with a confidential client's secret, read when signing in. */
  readonly clientSecretFile: string | undefined
  readonly clientSecretMaxAgeSeconds: number
  readonly store: 'keychain' | 'file'
  readonly storeKeyFile: string | undefined
  /** The flag or variable that named it in this run; missing: the settings did. */
  readonly storeKeyFrom?: string
  /** How a program without a person gets its tokens; undefined: a person signs in. */
  readonly workload: Workload | undefined
  /**
   * The API's own authorization server, where the person signs in at the company's provider. This client is then of the company
   * (ID-JAG).
   */
  readonly server?: Client
  /** The policy for its tokens. */
  readonly expect: Expect | undefined
  /** Why the person asks: for the API's log and the record. */
  readonly reason?: string | undefined
  /** No request goes without a reason. */
  readonly requireReason?: boolean
  /** Its tokens are bound to a key of the sign-in (RFC 9449); it refuses others. */
  readonly dpop?: boolean
  readonly http: HttpSettings
  readonly stateDirectory: string
}

/** `[profiles.NAME.workload]`: a client for a program, without a sign-in. */
export interface Workload {
  /** Where the proof of what the program is comes from. */
  readonly source: ProofSource
  /** Where the proof goes: to the API unchanged, or by RFC 8693, RFC 7523 §2.1, RFC 6749 §4.4. */
  readonly grant: 'as-is' | 'token-exchange' | 'jwt-bearer' | 'client-credentials'
  /** The audience that the proof is asked for. */
  readonly audience: string | undefined
  /** `source_token`: the proof is the client assertion (RFC 7523 §2.2). */
  readonly clientAuth:
    | 'none'
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'private_key_jwt'
    | 'source_token'
  /** Path of a private key (PEM or JWK) that signs client assertions. */
  readonly assertionKey: string | undefined
  /** `kid` of these assertions. */
  readonly assertionKeyId: string | undefined
}
