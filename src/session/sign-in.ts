import type { Finding } from '../claims/finding.ts'
import { isReadable, readJwt } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { throughBrowser } from './flow/browser-flow.ts'
import { clientSecret } from './flow/client-secret.ts'
import { throughDevice } from './flow/device.ts'
import type { Conversation, Manner } from './flow/login-dialog.ts'
import { gate } from './policy-gate.ts'
import { openProvider } from './protocol/connection.ts'
import { missingScopes } from './protocol/granted-scopes.ts'
import { discover, type Metadata } from './protocol/metadata.ts'
import type { Provider, Tokens } from './protocol/provider.ts'
import { storedTokens } from './renewal/stored-tokens.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { Cached, SessionBody } from './store/session-file.ts'
import { openStore, type Store } from './store/session-store.ts'
import { sweep } from './sweep.ts'

export interface SignedIn {
  readonly idClaims: Readonly<Record<string, unknown>> | undefined
  readonly expiresIn: number
  readonly refreshable: boolean
  readonly missingScopes: readonly string[]
  /** Policy findings that could not be decided. */
  readonly unknown: readonly Finding[]
  readonly replaced: boolean
}

/**
 * The story of signing in: probe the store → discover → obtain → check → keep; what is not kept is revoked.
 * The store comes first: nobody should sign in to learn that nothing can be kept. Whether the provider signs people
 * in at all is its caller's question (sign-in-offered.ts), before there is a client.
 */
export async function signIn(
  client: Client,
  manner: Manner,
  ports: Ports,
  talk: Conversation,
): Promise<SignedIn> {
  const store = await openStore(client, ports)
  await store.probe(talk.tell)
  const http = await ports.http(client.http)
  const kept = client.preset.clientAuth === 'none' ? undefined : await store.read().catch(() => undefined)
  const secret = await clientSecret(client, kept?.body.clientSecret, ports)
  const { metadata, skewSeconds } = await discover(client.issuer, client.preset, http, ports.clock)
  const provider = await openProvider(
    client,
    { metadata, skewSeconds, jwks: undefined, secret: secret?.value },
    http,
    ports,
  )
  const fetchedAt = ports.clock.now()

  const accept = async (tokens: Tokens): Promise<SignedIn> => {
    try {
      const unknown = await checkTokens(client, provider, tokens, ports)
      const body = bodyOf(tokens, { value: metadata, fetchedAt }, secret)
      const replaced = await keep(client, store, body, tokens, ports, talk)
      return summary(client, tokens, unknown, replaced)
    } catch (error) {
      await revokeUnkept(provider, tokens)
      throw error
    }
  }

  const attempt = { client, manner, provider, ports, talk, accept }
  const signedIn = await (manner.flow === 'device' ? throughDevice(attempt) : throughBrowser(attempt))
  // The sign-in that this one replaced. After the end, so that the page does not wait until it is revoked.
  await store.withSessionLock('login', talk.tell, () => sweep(client, store, ports)).catch(() => {})
  return signedIn
}

const bodyOf = (
  tokens: Tokens,
  metadata: Cached<Metadata>,
  secret: SessionBody['clientSecret'],
): SessionBody => ({
  tokens: storedTokens(tokens),
  ...(tokens.idToken === undefined ? {} : { idToken: tokens.idToken }),
  ...(tokens.scope === undefined ? {} : { grantedScope: tokens.scope }),
  metadata,
  ...(tokens.jwks === undefined ? {} : { jwks: tokens.jwks }),
  ...(secret === undefined ? {} : { clientSecret: secret }),
  skewSeconds: tokens.skewSeconds,
  signedInAt: tokens.receivedAt,
})

async function checkTokens(
  client: Client,
  provider: Provider,
  tokens: Tokens,
  ports: Ports,
): Promise<readonly Finding[]> {
  const token = client.preset.useToken === 'id' ? tokens.idToken : tokens.accessToken
  if (token === undefined) {
    throw new Failure('provider-failed', 'the provider sent no ID token, and this profile uses it', {
      hint: 'Ask for the scope openid, or set use_token = "access".',
    })
  }
  const { metadata } = provider
  const scope = tokens.scope ?? client.preset.scopes.join(' ')
  return gate(client, token, { tokens, scope, metadata }, 'fail', ports)
}

/** Installs the new sign-in over whatever was there. True when it replaced one. */
async function keep(
  client: Client,
  store: Store,
  body: SessionBody,
  tokens: Tokens,
  ports: Ports,
  talk: Conversation,
): Promise<boolean> {
  return store.withSessionLock('login', talk.tell, async () => {
    // The file that is about to be replaced may be the only place that names a token still to be revoked. The sweep
    // after the end is for what this sign-in replaces itself.
    await sweep(client, store, ports)
    const header = await store.peekPast()
    const old = header ? await store.read().catch(unopened) : undefined
    const superseded = old && hasOwnGrant(old, tokens) ? refreshTokenOf(old) : undefined
    const facts = {
      issuer: client.issuer,
      clientId: client.clientId,
      account: client.account,
      apis: { ...header?.apis, [client.profile]: client.apiOrigin },
    }
    const whole: SessionBody = {
      ...body,
      ...(superseded === undefined ? {} : { superseded }),
      ...(header === undefined ? {} : { replaced: header.sid }),
    }
    await store.install(facts, whole, tokens.refreshToken)
    return header !== undefined
  })
}

/** A session that does not open is replaced; one that could not be read just now must not be lost unrevoked. */
function unopened(error: unknown): undefined {
  if (error instanceof Failure && error.code !== 'storage') return undefined
  throw error
}

/**
 * Whether the old refresh token may be revoked without harm. Signing in twice through one provider session often
 * yields two refresh tokens of one grant, and revoking the first ends the second (oidc-provider, Keycloak, Auth0).
 * So it takes evidence of two grants: another person, another provider session, or a new authentication. Without
 * it the old token is only forgotten.
 */
function hasOwnGrant(old: Session, tokens: Tokens): boolean {
  const jwt = old.body.idToken === undefined ? undefined : readJwt(old.body.idToken)
  const after = tokens.idClaims
  if (!isReadable(jwt) || !after) return false
  const { payload: before } = jwt
  const differs = (claim: string) =>
    before[claim] !== undefined && after[claim] !== undefined && before[claim] !== after[claim]
  return differs('sub') || differs('sid') || (before.sid === undefined && differs('auth_time'))
}

async function revokeUnkept(provider: Provider, tokens: Tokens): Promise<void> {
  // Best effort: the failure that brought us here is the one to report.
  await provider.revoke(tokens.refreshToken ?? tokens.accessToken).catch(() => {})
}

function summary(client: Client, tokens: Tokens, unknown: readonly Finding[], replaced: boolean): SignedIn {
  return {
    idClaims: tokens.idClaims,
    expiresIn: tokens.expiresIn,
    refreshable: tokens.refreshToken !== undefined,
    missingScopes: missingScopes(client, tokens.scope),
    unknown,
    replaced,
  }
}
