import type { Rotation } from './behaviour.ts'
import { random } from './minting.ts'

/** What was agreed at sign-in and holds for every renewal. */
export interface Grant {
  readonly scopes: readonly string[]
  readonly audience: string | undefined
  readonly authTime: number
  /** The provider's own session that it was agreed in. */
  readonly session: string
  readonly offline: boolean
}

interface Entry {
  readonly grant: Grant
  /** What it is good for in place of that. */
  bound?: Grant
  /** All that end together: those that descend from one sign-in, or whatever the provider ends with it. */
  readonly family: string
  /** Seconds; set once it was replaced. */
  replacedAt?: number
}

/** A refresh token that was good. */
export interface Spent {
  /** Of the sign-in. */
  readonly grant: Grant
  /** What the token was narrowed to. */
  readonly bound: Grant | undefined
  /** The refresh token of the answer. */
  readonly answer: string | undefined
}

/** The provider's memory of refresh tokens, by its rotation rule. */
export class RefreshTokens {
  readonly #entries = new Map<string, Entry>()
  readonly #rotation: Rotation
  readonly #prefix: string
  readonly #now: () => number

  constructor(rotation: Rotation, prefix: string, now: () => number) {
    this.#rotation = rotation
    this.#prefix = prefix
    this.#now = now
  }

  get live(): number {
    return [...this.#entries.values()].filter(({ replacedAt }) => replacedAt === undefined).length
  }

  issue(grant: Grant, family = random()): string {
    const token = random(this.#prefix)
    this.#entries.set(token, { grant, family })
    return token
  }

  /** Spends one: the grant and what the answer brings, or `undefined` for a dead token. */
  use(token: string): Spent | undefined {
    const entry = this.#entries.get(token)
    if (!entry) return undefined
    const rotation = this.#rotation
    const { grant: agreed, bound } = entry
    if (rotation.kind === 'none') return { grant: agreed, bound, answer: undefined }
    if (rotation.kind === 'keep') return { grant: agreed, bound, answer: token }
    const grace = rotation.kind === 'rotate' ? rotation.graceSeconds : 0
    if (entry.replacedAt !== undefined && !(this.#now() < entry.replacedAt + grace)) {
      if (rotation.kind === 'rotate' && rotation.family) this.revokeFamily(token)
      return undefined
    }
    entry.replacedAt ??= this.#now()
    return { grant: agreed, bound, answer: this.issue(agreed, entry.family) }
  }

  /** From now on a token is good for another grant. */
  bind(token: string | undefined, grant: Grant): void {
    const entry = this.#entries.get(token ?? '')
    if (entry) entry.bound = grant
  }

  /** True when it was known. */
  revokeFamily(token: string): boolean {
    const family = this.#entries.get(token)?.family
    for (const [name, entry] of this.#entries) if (entry.family === family) this.#entries.delete(name)
    return family !== undefined
  }

  /** As if the provider had ended every session. */
  revokeAll(): void {
    this.#entries.clear()
  }
}
