/** What oidc-provider keeps about one artifact; only the members the store itself looks at. */
export interface Artifact {
  grantId?: string
  userCode?: string
  uid?: string
  consumed?: number
  [member: string]: unknown
}

interface Entry {
  artifact: Artifact
  expiresAt: number
}

/**
 * Memory of one provider instance. oidc-provider's own in-memory adapter warns on the console and cannot be asked
 * what is alive, and a store that outlives the provider object is what makes key rotation possible.
 */
export class Store {
  readonly #models = new Map<string, Map<string, Entry>>()

  /** The adapter factory that goes into the provider's configuration. */
  readonly adapter = (model: string) => {
    const entries = this.#model(model)
    const alive = (entry: Entry | undefined) =>
      entry !== undefined && entry.expiresAt > Date.now() ? entry.artifact : undefined
    const first = (matches: (artifact: Artifact) => boolean) =>
      [...entries.values()].map(alive).find((artifact) => artifact !== undefined && matches(artifact))
    return {
      async upsert(id: string, artifact: Artifact, expiresInSeconds?: number) {
        const expiresAt = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : Number.POSITIVE_INFINITY
        entries.set(id, { artifact, expiresAt })
      },
      find: async (id: string) => alive(entries.get(id)),
      findByUid: async (uid: string) => first((artifact) => artifact.uid === uid),
      findByUserCode: async (code: string) => first((artifact) => artifact.userCode === code),
      async consume(id: string) {
        const entry = entries.get(id)
        if (entry) entry.artifact.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id: string) {
        entries.delete(id)
      },
      async revokeByGrantId(grantId: string) {
        for (const [id, entry] of entries) if (entry.artifact.grantId === grantId) entries.delete(id)
      },
    }
  }

  /** Refresh tokens that would be accepted now: not used up, not expired, and their grant still stands. */
  liveRefreshTokens(): number {
    const now = Date.now()
    const grants = this.#model('Grant')
    return [...this.#model('RefreshToken').values()].filter(
      ({ artifact, expiresAt }) =>
        artifact.consumed === undefined && expiresAt > now && grants.has(artifact.grantId ?? ''),
    ).length
  }

  /** Ids of the clients that are not in the configuration. */
  registeredClients(): string[] {
    return [...this.#model('Client').keys()]
  }

  #model(name: string): Map<string, Entry> {
    let entries = this.#models.get(name)
    if (!entries) {
      entries = new Map()
      this.#models.set(name, entries)
    }
    return entries
  }
}
