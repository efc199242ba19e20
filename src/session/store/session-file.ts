import type { ProofKey } from '../../dpop/proof-key.ts'
import { Failure } from '../../errors.ts'
import { isObject, jsonObject } from '../../json-object.ts'
import type { Files } from '../../ports/ports.ts'
import { sessionName } from '../session-name.ts'
import { openBox, sealBox } from './sealed-box.ts'
import { readOwn } from './state-files.ts'

/** Not encrypted, but authenticated: what must be known before the key is fetched. Holds no secret. */
export interface SessionHeader {
  readonly schema: 1
  /** Random, new at each sign-in; names the keychain item. */
  readonly sid: string
  readonly store: 'keychain' | 'file'
  readonly issuer: string
  readonly clientId: string
  readonly account: string
  /** The API's own authorization server and the client there, where the issuer is the company's (ID-JAG). */
  readonly server?: { readonly issuer: string; readonly clientId: string }
  /** Profile → API origin, as confirmed by a sign-in. */
  readonly apis: Readonly<Record<string, string>>
  /** Profile → the way of its requests, confirmed in the same way. Missing: the sign-in is of version 0.1. */
  readonly ways?: Readonly<Record<string, Way>>
  /** Of a sign-in that waits (flow/pending.ts): the run that started it. */
  readonly run?: unknown
  /** `store = "file"`: the data key, wrapped by the key file or the passphrase. */
  readonly wrappedKey?: string
  /** Present when a passphrase wraps it: salt (base64url) and scrypt's cost (RFC 7914). */
  readonly scrypt?: { readonly salt: string; readonly N: number; readonly r: number; readonly p: number }
}

/** The settings that decide through whom, and trusting whom, requests go. All are from files. Undefined: not set. */
export interface Way {
  readonly proxy?: string | undefined
  readonly ca_file?: string | undefined
  readonly client_cert?: string | undefined
}

/** A token as received, with the local time of receipt: its freshness does not depend on the JWT's `exp`. */
export interface StoredToken {
  readonly use: 'access' | 'id'
  readonly audience: string
  readonly scopes: string
  readonly value: string
  /** Milliseconds since the epoch, local clock. */
  readonly receivedAt: number
  /** Seconds. */
  readonly expiresIn: number
}

/** A value from the provider; `fetchedAt`: local clock, milliseconds. */
export interface Cached<T> {
  readonly value: T
  readonly fetchedAt: number
}

/** What the company's provider says to the API's own server about who has signed in (ID-JAG). */
export type Assertion = Pick<StoredToken, 'value' | 'receivedAt' | 'expiresIn'>

/** How a refresh ended whose answer could not be used (renewal/earlier-attempt.ts). */
export type AttemptOutcome =
  | 'failed'
  | 'perhaps-spent'
  | 'unexplained'
  | 'refused'
  | 'another-person'
  | 'lost'

/** The encrypted part of a session file: tokens and caches. */
export interface SessionBody {
  readonly tokens: readonly StoredToken[]
  readonly idToken?: string
  /** A refresh response had no ID token: it is taken that this provider sends one at sign-in only. */
  readonly idTokenAtSignInOnly?: true
  /** What userinfo said of the person at sign-in, where the ID token has no name. Not signed: for display only. */
  readonly userinfo?: Readonly<Record<string, unknown>>
  /** Scope of the token response (RFC 6749 §5.1), space separated. */
  readonly grantedScope?: string
  /**
   * The refresh token came with a token for other scopes or another API, and may be bound to them (against RFC 6749 §6). The
   * next refresh requests the session's own scopes again.
   */
  readonly narrowed?: true
  /** What came when they were asked for again: `undone`: the session's own scopes; `kept`: less, or a refusal. */
  readonly afterNarrowing?: 'undone' | 'kept'
  /** Present once the provider has rotated; else the keychain item's refresh token counts. */
  readonly refresh?: string
  /** When the refresh token ends if it is not used, by what the provider said: local clock, milliseconds; null: never. */
  readonly refreshEndsAt?: number | null
  /**
   * A refresh that was begun: hash of the refresh token, and when. Removed by the commit of its answer; `outcome` is
   * set when the answer could not be used (renewal/earlier-attempt.ts), and missing when none was seen.
   */
  readonly attempt?: { readonly hash: string; readonly at: number; readonly outcome?: AttemptOutcome }
  /** The refresh token of the sign-in this one replaced, until it is revoked. */
  readonly superseded?: string
  /** The refresh token that came for another person, until it is revoked. The earlier one is not sent again, so there is one. */
  readonly foreign?: string
  /** Sid of the sign-in this one replaced; its keychain item only needs deleting. */
  readonly replaced?: string
  readonly metadata?: Cached<Record<string, unknown>>
  readonly jwks?: Cached<Record<string, unknown>>
  /** Of the API's own authorization server. */
  readonly server?: Pick<SessionBody, 'metadata' | 'jwks'> & { readonly assertion: Assertion }
  /** Provider's clock minus ours, seconds; for judging JWT times only. */
  readonly skewSeconds: number
  readonly signedInAt: number
  /** A confidential client's secret and when it was given (milliseconds): stored like a token. */
  readonly clientSecret?: { readonly value: string; readonly since: number }
  /** The key that the tokens of this sign-in are bound to, from the sign-in to its end; missing: they are bound to none. */
  readonly proofKey?: ProofKey
  /**
   * Makes the note of an attempt larger than the expected answer: a disk without room for it is found before the refresh token
   * is spent. It keeps no room. The answer is a new file beside the note: it surely finds the room of the file before the note,
   * and perhaps more.
   */
  readonly padding?: string
}

/** The session file: the header as a line of JSON, then the encrypted body with the header's bytes as AAD. */
export function sealFile(header: SessionHeader, body: SessionBody, key: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(header))
  return Buffer.concat([head, Buffer.from('\n'), sealBox(toDisk(body), key, head)])
}

/** The header of a session file. Failures: `settings` (a newer schema), `session-ended` (damaged). */
export function readHeader(bytes: Buffer, path: string): SessionHeader {
  const end = bytes.indexOf(0x0a)
  const header = jsonObject(bytes.subarray(0, Math.max(0, end))) as Partial<SessionHeader> | undefined
  if (header && typeof header.schema === 'number' && header.schema > 1) {
    throw new Failure(
      'settings',
      `the session in ${path} was written by a newer ls-auth (version ${header.schema}, this one reads 1)`,
      { hint: 'Upgrade ls-auth. The file was not changed.' },
    )
  }
  if (header?.schema !== 1 || !isHeader(header)) throw damaged(path)
  return header
}

/**
 * Reads a session file or a tombstone of the session of this name; undefined: there is none. Failures: those of readOwn and
 * {@link readHeader}. A directory in its place is a damaged file. So is a file of another session: its key is under another
 * name, and its header is about another person.
 */
export async function readSessionFile(
  path: string,
  name: string,
  files: Files,
): Promise<{ readonly bytes: Buffer; readonly header: SessionHeader } | undefined> {
  const bytes = await readOwn(path, files).catch((failure) => {
    throw failure.cause?.code === 'EISDIR' ? damaged(path) : failure
  })
  if (!bytes) return undefined
  const header = readHeader(bytes, path)
  if (sessionName(header) !== name) throw damaged(path)
  return { bytes, header }
}

const TEXTS = ['issuer', 'clientId', 'account'] as const

/** Everything that is used of a header before its authenticity is known, which the key of the body brings. */
function isHeader(header: Partial<SessionHeader>): header is SessionHeader {
  const { sid, store, apis, ways = {}, wrappedKey, server = {} } = header
  if (typeof sid !== 'string' || (store !== 'keychain' && store !== 'file')) return false
  if (!TEXTS.every((name) => typeof header[name] === 'string')) return false
  if (wrappedKey !== undefined && typeof wrappedKey !== 'string') return false
  if (!isObject(server) || !isObject(ways) || !Object.values(ways).every(isObject)) return false
  return isObject(apis) && Object.values(apis).every((origin) => typeof origin === 'string')
}

/** The body; undefined when the key does not decrypt it (another sign-in may have replaced the file). */
export function openFile(bytes: Buffer, key: Buffer): SessionBody | undefined {
  const end = bytes.indexOf(0x0a)
  const text = openBox(bytes.subarray(end + 1), key, bytes.subarray(0, end))
  try {
    return text && fromDisk(text.toString('utf8'))
  } catch {
    return undefined
  }
}

/** In the file a token's value is called `token`. */
type BodyOnDisk = Omit<SessionBody, 'tokens'> & {
  readonly tokens: readonly (Omit<StoredToken, 'value'> & { readonly token: string })[]
}

function toDisk(body: SessionBody): string {
  const tokens = body.tokens.map(({ value, ...rest }) => ({ ...rest, token: value }))
  return JSON.stringify({ ...body, tokens } satisfies BodyOnDisk)
}

function fromDisk(text: string): SessionBody {
  const body = JSON.parse(text) as BodyOnDisk
  return { ...body, tokens: body.tokens.map(({ token, ...rest }) => ({ ...rest, value: token })) }
}

/** Failure `session-ended` for a damaged file, which is left unchanged. */
export const damaged = (path: string): Failure =>
  new Failure('session-ended', `the session file ${path} is damaged`, {
    hint: 'The file was not changed. Sign in again to replace it: ls-auth login',
  })
