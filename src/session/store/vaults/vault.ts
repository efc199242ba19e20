import type { SessionHeader } from '../session-file.ts'

/** What a vault stores for a session: the data key, and the refresh token as issued. */
export interface Secret {
  readonly key: Buffer
  readonly refresh: string | undefined
}

/** Stores secrets. An item is written once per sign-in and never overwritten. */
export interface Vault {
  /** Proves that a secret can be stored, before the browser opens. Not concurrently with the same `account`. */
  probe(account: string): Promise<void>
  /** Stores the secret and reads it back. Gives fields for the header, and whether the refresh token was stored. */
  keep(
    account: string,
    secret: Secret,
  ): Promise<{ header: Pick<SessionHeader, 'wrappedKey' | 'scrypt'>; keptRefresh: boolean }>
  /** The secret of an existing session. Failures: `keychain-*`, `store-key`. */
  recall(account: string, header: SessionHeader): Promise<Secret>
  /** Deletes the item. Resolves when it is certainly gone. */
  discard(account: string): Promise<void>
}
