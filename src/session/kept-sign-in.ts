import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { TokenLife } from './renewal/freshness.ts'
import { earlierAttempt } from './renewal/freshness.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { SessionHeader } from './store/session-file.ts'
import { openStore } from './store/session-store.ts'

/** What the encrypted part of a session says about it. */
export interface SignInFacts {
  /** E-mail, user name or name, as the ID token has it; undefined: it has none. */
  readonly person: string | undefined
  readonly subject: string | undefined
  /** The life of the token that is sent to the API. */
  readonly life: TokenLife | undefined
  /** There is a refresh token, and the provider has not refused it. */
  readonly renewable: boolean
  /** An answer to an earlier renewal leaves open whether the provider still takes the refresh token. */
  readonly doubtful: boolean
  /** When it ends if it is not used, milliseconds, local clock. Undefined: there is no end, or the provider did not say. */
  readonly endsAt: number | undefined
  /** Milliseconds, local clock. */
  readonly signedInAt: number
}

/** The same, or why it cannot be read now. */
export type KeptSignIn = SignInFacts | Failure

/**
 * Reads a session without a request, a renewal or a question: one under a passphrase is a Failure, as is a locked keychain.
 * Undefined: it is gone.
 */
export async function readKeptSignIn(
  client: Client,
  header: SessionHeader,
  ports: Ports,
): Promise<KeptSignIn | undefined> {
  if (header.scrypt !== undefined) {
    return new Failure('store-key', 'a passphrase protects it, and status does not ask for it')
  }
  try {
    const session = await (await openStore(client, ports)).read()
    return session && factsOf(session, client)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function factsOf(session: Session, client: Client): SignInFacts {
  const { body } = session
  const claims = { ...payloadOf(body.idToken), ...body.userinfo }
  const refresh = refreshTokenOf(session)
  const earlier = refresh === undefined ? undefined : earlierAttempt(body, refresh)
  const sent = body.tokens.find(
    ({ use, audience, scopes }) => use === client.preset.useToken && audience === '' && scopes === '',
  )
  const renewable =
    refresh !== undefined &&
    !(body.narrowed && body.afterNarrowing === 'kept') &&
    earlier !== 'refused' &&
    earlier !== 'unexplained' &&
    earlier !== 'lost' &&
    earlier !== 'another-person'
  return {
    person: personIn(claims),
    subject: typeof claims.sub === 'string' ? claims.sub : undefined,
    life: sent && { receivedAt: sent.receivedAt, expiresIn: sent.expiresIn },
    renewable,
    doubtful: earlier === 'perhaps-spent',
    endsAt: (renewable && body.refreshEndsAt) || undefined,
    signedInAt: body.signedInAt,
  }
}

/** The name by which people know a person, of an ID token's claims. Not sanitized. */
export const personIn = (claims: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  [claims?.email, claims?.preferred_username, claims?.name, claims?.sub].find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
