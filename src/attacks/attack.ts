import type { KeyObject } from 'node:crypto'
import type { GatewayProbe } from '../backends/trace-source.ts'
import { type AccessTable, accessLevel } from '../claims/access-level.ts'
import type { Jwt } from '../claims/jwt/jwt.ts'
import type { ClaimValue } from '../claims/normalise.ts'
import type { Judgement, Seen } from './verdict.ts'

/** A token to attack with, or why there is none. */
export type Spare = { readonly token: string } | { readonly missing: string }

/** What the attacks of one run are made of. All tokens are the person's, so they are secrets. */
export interface Held {
  /** The good token, which the gateway accepts. */
  readonly token: string
  /** The same, parsed; undefined: it is opaque, so no test can be forged from it. */
  readonly jwt: Jwt | undefined
  /** The provider's public key that the token was signed with, in each form that verifiers have taken for a secret. */
  readonly publicKey: readonly { readonly form: string; readonly secret: Uint8Array }[] | string
  /** A key that the provider does not know, for the algorithm of the token. */
  readonly newKey: { readonly privateKey: KeyObject; readonly jwk: Readonly<Record<string, unknown>> }
  readonly idToken: Spare
  readonly expired: Spare
  readonly otherAudience: Spare
  /** Why a write would not be a finding; undefined: the token is for reading only. */
  readonly mayWrite: string | undefined
  /** The path that the API is at, without a slash at the end; empty: it is at the root of its origin. */
  readonly base: string
  /** The path that is read there, and the write. */
  readonly read: string
  readonly write: GatewayProbe['write']
}

/** One request of an attack: a GET of the read route with the good token, but for what is said here. */
export interface Shot {
  /** The variant, where an attack has several. */
  readonly form?: string
  /** Undefined sends none. */
  readonly token: string | undefined
  readonly method?: string
  readonly path?: string
  /** In place of the path that the API is at. */
  readonly base?: string
  /** As a URL has it, without "?". Never holds a token. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Answers to compare with. */
export interface Reference {
  /** To the plain read. */
  readonly plain: Seen
  /** To the same once more; undefined: no attack wants to know whether it is steady. */
  readonly again: Seen | undefined
  /** To the method that the override headers name, sent as the real one. */
  readonly real: Seen | undefined
  /** To reads, without a token, of paths that no API has on the same origin. */
  readonly missing: readonly Seen[]
}

/** One way to attack a gateway. */
export interface Attack {
  /** For scripts: `no-token`. */
  readonly id: string
  /** For people, at most 26 characters. */
  readonly name: string
  /** Its requests; a text says why it cannot be tried. */
  make(held: Held): readonly Shot[] | string | Promise<readonly Shot[] | string>
  judge(seen: Seen, reference: Reference): Judgement
  /** What to do about it when it is let through: a sentence for whoever runs the gateway. */
  readonly remedy: string
}

/** Words in the name of a scope that let more than read. */
const MORE_THAN_READING = new Set(['write', 'writer', 'readwrite', 'rw', 'admin', 'manage', 'edit', 'editor'])
/** The same, where no word is about reading: Entra's `Traces.Read.All` is for reading. */
const EVERYTHING = new Set(['full', 'all'])
const READING = new Set(['read', 'reader', 'readonly'])

/**
 * Why the person may write, so that a passed write isn't a finding: by the profile's `access` table, else by the names of the
 * scopes. Undefined: the token is for reading only.
 */
export function mayWrite(
  scopes: ClaimValue<readonly string[]>,
  groups: ClaimValue<readonly string[]>,
  access: AccessTable | undefined,
): string | undefined {
  if (access?.write !== undefined || access?.admin !== undefined) {
    const { level, certain } = accessLevel(scopes, groups, access)
    if (level === 'write' || level === 'admin') return '[access] in the profile allows you to write'
    return certain ? undefined : 'the token does not say whether you may write'
  }
  const scope = scopes.value?.find(letsWrite)
  if (scope === undefined)
    return scopes.value === undefined || scopes.isPart
      ? 'the token does not say whether you may write'
      : undefined
  return `your scope ${scope} allows writing`
}

function letsWrite(scope: string): boolean {
  const words = scope.split(/[^a-zA-Z]|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase())
  const has = (wanted: ReadonlySet<string>) => words.some((word) => wanted.has(word))
  return has(MORE_THAN_READING) || (has(EVERYTHING) && !has(READING))
}
