import type { SessionHeader } from '../session-file.ts'

/** What a sign-in leaves outside the session file: the data key, and the refresh token as issued. */
export interface Secret {
  readonly key: Buffer
  readonly refresh: string | undefined
}

/** Where secrets rest. An item is written once per sign-in and never overwritten. */
export interface Vault {
  /** Proves that something can be kept, before a person is sent to a browser. No two at a time under one name. */
  probe(account: string): Promise<void>
  /** Keeps the secret and reads it back. Says what the header must carry and whether the refresh token is kept. */
  keep(
    account: string,
    secret: Secret,
  ): Promise<{ header: Pick<SessionHeader, 'wrappedKey' | 'scrypt'>; keptRefresh: boolean }>
  /** The secret of a session that the file says is there. */
  recall(account: string, header: SessionHeader): Promise<Secret>
  /** Whether the item is known to be gone. */
  discard(account: string): Promise<boolean>
}
