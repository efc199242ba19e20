/** A provider's answer to a presented refresh token: the successor (the same one when it does not rotate). */
export interface Granted {
  readonly refresh: string | undefined
  readonly access: string
}

export interface ProviderHabits {
  readonly rotation: 'rotate' | 'keep' | 'omit'
  /** How often a used token is forgiven before its whole family is revoked. 0: strict. */
  readonly grace: number
  /** It refuses a dead token without a reason. */
  readonly silent: boolean
  /** How much longer than the first its later access tokens are, bytes. */
  readonly growth: number
}

/** The provider of the model: rotation with reuse detection (RFC 9700 §4.14.2), one family for each sign-in. */
export class StrictProvider {
  readonly habits: ProviderHabits
  /** Grants carried out, tokens presented: what the invariants count. */
  granted = 0
  readonly presented = new Map<string, number>()
  readonly #family = new Map<string, number>()
  readonly #used = new Map<string, number>()
  readonly #revoked = new Set<number>()
  #serial = 0

  constructor(habits: ProviderHabits) {
    this.habits = habits
  }

  signIn(): Granted {
    return this.#issue(++this.#serial)
  }

  revoke(token: string | undefined): void {
    const family = this.#family.get(token ?? '')
    if (family !== undefined) this.#revoked.add(family)
  }

  /** Whether presenting this token now would be refused. */
  isDead(token: string | undefined): boolean {
    const family = this.#family.get(token ?? '')
    if (family === undefined || this.#revoked.has(family)) return true
    return (this.#used.get(token as string) ?? 0) > this.habits.grace
  }

  /** Undefined: invalid_grant. */
  refresh(token: string): Granted | undefined {
    this.presented.set(token, (this.presented.get(token) ?? 0) + 1)
    const family = this.#family.get(token)
    if (family === undefined || this.isDead(token)) {
      this.revoke(token)
      return undefined
    }
    this.granted += 1
    const access = `access-${++this.#serial}-${'x'.repeat(this.habits.growth)}`
    if (this.habits.rotation === 'keep') return { access, refresh: token }
    if (this.habits.rotation === 'omit') return { access, refresh: undefined }
    this.#used.set(token, (this.#used.get(token) ?? 0) + 1)
    return { ...this.#issue(family), access }
  }

  #issue(family: number): Granted {
    const refresh = `refresh-${++this.#serial}`
    this.#family.set(refresh, family)
    return { refresh, access: `access-${this.#serial}` }
  }
}
