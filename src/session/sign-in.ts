import type { Finding } from '../claims/finding.ts'
import { isReadable, readJwt } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { missingScopes } from './answers/granted-scopes.ts'
import { checkAuthTime } from './answers/id-token.ts'
import { discover, type Metadata } from './documents/metadata.ts'
import { throughBrowser } from './flow/browser-flow.ts'
import { clientSecret } from './flow/client-secret.ts'
import { throughDevice } from './flow/device.ts'
import { refuseCi } from './flow/display.ts'
import type { LoginDialog, LoginOptions } from './flow/login-dialog.ts'
import { newProofKey } from './new-proof-key.ts'
import { gate } from './policy-gate.ts'
import { openProvider } from './protocol/connection.ts'
import type { Provider } from './protocol/provider.ts'
import type { Tokens } from './protocol/tokens.ts'
import { storedTokens } from './renewal/stored-tokens.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import type { Cached, SessionBody } from './store/session-file.ts'
import { openStore, type Store } from './store/session-store.ts'
import { sweep } from './sweep.ts'

/** The result of a sign-in. */
export interface SignedIn {
  readonly idClaims: Readonly<Record<string, unknown>> | undefined
  /** For the record, which keeps their ids. */
  readonly tokens: Pick<Tokens, 'accessToken' | 'idToken'>
  readonly expiresIn: number
  readonly refreshable: boolean
  readonly missingScopes: readonly string[]
  /** Policy findings that could not be decided. */
  readonly unknown: readonly Finding[]
  readonly replaced: boolean
}

/**
 * Signs in: discover → probe the store → obtain tokens → check them → store them; on failure the tokens are revoked.
 * The store is probed before the person is asked, so that nobody signs in only to learn that the session cannot be
 * stored; and after the provider has answered, so that a wrong issuer leaves no file behind. The caller has
 * checked that the provider signs people in (sign-in-offered.ts). Failures: those of each step.
 */
export async function signIn(
  client: Client,
  options: LoginOptions,
  ports: Ports,
  dialog: LoginDialog,
): Promise<SignedIn> {
  if (options.flow === 'browser' && !dialog.canAsk) await refuseCi(ports)
  const store = await openStore(client, ports)
  // A session of a newer ls-auth cannot be replaced.
  await store.peekPast()
  const http = await ports.http(client.http)
  const { metadata, skewSeconds } = await discover(client.issuer, client.preset, http, ports.clock)
  await store.probe(dialog.tell)
  const previous = client.preset.clientAuth === 'none' ? undefined : await store.read().catch(() => undefined)
  const secret = await clientSecret(client, previous?.body.clientSecret, ports)
  const proofKey = client.dpop ? await newProofKey(metadata) : undefined
  const provider = await openProvider(
    client,
    { metadata, skewSeconds, jwks: undefined, secret: secret?.value, proofKey },
    http,
    ports,
  )
  const fetchedAt = ports.clock.now()

  const accept = async (tokens: Tokens): Promise<SignedIn> => {
    try {
      const { leewaySeconds } = client.preset
      const { maxAgeSeconds } = options.required ?? {}
      checkAuthTime(
        tokens.idClaims ?? {},
        maxAgeSeconds,
        tokens.receivedAt,
        tokens.skewSeconds,
        leewaySeconds,
      )
      const unknown = await checkTokens(client, provider, tokens, ports)
      const body = bodyOf(tokens, { value: metadata, fetchedAt }, secret, proofKey)
      const replaced = await storeSession(client, store, body, tokens, ports, dialog, options.samePerson)
      return summary(client, tokens, unknown, replaced)
    } catch (error) {
      const left = await revokeRejected(provider, tokens)
      // The failure that led here is the one to report.
      throw left !== undefined && error instanceof Failure ? error.withDetail(left) : error
    }
  }

  const attempt = { client, options, provider, ports, dialog, accept }
  const signedIn = await (options.flow === 'device' ? throughDevice(attempt) : throughBrowser(attempt))
  // Revokes the replaced session. Done last, so that the page in the browser need not wait for it.
  await store.withSessionLock('login', dialog.tell, () => sweep(client, store, ports)).catch(() => {})
  return signedIn
}

const bodyOf = (
  tokens: Tokens,
  metadata: Cached<Metadata>,
  secret: SessionBody['clientSecret'],
  proofKey: SessionBody['proofKey'],
): SessionBody => ({
  tokens: storedTokens(tokens),
  ...(tokens.idToken && { idToken: tokens.idToken }),
  ...(tokens.scope === undefined ? {} : { grantedScope: tokens.scope }),
  metadata,
  ...(tokens.jwks && { jwks: tokens.jwks }),
  ...(secret && { clientSecret: secret }),
  ...(proofKey && { proofKey }),
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

/** Installs the new session in place of any old one; `samePerson`: of one's own. True when it replaced one. */
async function storeSession(
  client: Client,
  store: Store,
  body: SessionBody,
  tokens: Tokens,
  ports: Ports,
  dialog: LoginDialog,
  samePerson: LoginOptions['samePerson'],
): Promise<boolean> {
  return store.withSessionLock('login', dialog.tell, async () => {
    // The file to be replaced may be the only place that holds a token still to be revoked. The second sweep, at the
    // end, is for the session that this sign-in replaces.
    await sweep(client, store, ports)
    const header = await store.peekPast()
    const old = header ? await store.read().catch(unopened) : undefined
    // Under the lock: another process may have signed somebody in while this person was in the browser.
    if (samePerson) {
      requireSubject(samePerson.subject, tokens, header !== undefined)
      if (header) requireSubject(subjectOf(old), tokens, true)
    }
    const superseded = old && hasOwnGrant(old, tokens) ? refreshTokenOf(old) : undefined
    const facts = {
      issuer: client.issuer,
      clientId: client.clientId,
      account: client.account,
      apis: { ...header?.apis, [client.profile]: client.apiOrigin },
    }
    const whole: SessionBody = {
      ...body,
      ...(superseded && { superseded }),
      ...(header === undefined ? {} : { replaced: header.sid }),
      // Or each sign-in would be spent anew by `token --scope`, which is refused where this is known.
      ...(old?.body.afterNarrowing === 'kept' ? { afterNarrowing: 'kept' } : {}),
    }
    await store.install(facts, whole, tokens.refreshToken)
    return header !== undefined
  })
}

/** Failure `refused` when the person who has signed in is not this one, or nobody can tell. */
function requireSubject(subject: unknown, { idClaims }: Tokens, isSignedIn: boolean): void {
  if (subject !== undefined && subject === idClaims?.sub) return
  throw isSignedIn
    ? new Failure('refused', 'somebody else has signed in; the sign-in before is kept', {
        hint: 'Run it again, and sign in as the same person. To change the person: ls-auth login',
      })
    : new Failure('refused', 'somebody else has signed in; nobody is signed in now', {
        hint: 'Sign in again: ls-auth login',
      })
}

function subjectOf(session: Session | undefined): unknown {
  const jwt = session?.body.idToken === undefined ? undefined : readJwt(session.body.idToken)
  return isReadable(jwt) ? jwt.payload.sub : undefined
}

/** A session that cannot be decrypted is replaced; after a read error it is not, or its tokens could not be revoked. */
function unopened(error: unknown): undefined {
  if (error instanceof Failure && error.code !== 'storage') return undefined
  throw error
}

/**
 * Whether the old refresh token may be revoked without harm. Two sign-ins through one provider session often give two
 * refresh tokens of one grant, and revoking the first ends the second (oidc-provider, Keycloak, Auth0). So there must
 * be evidence of two grants: another person, another provider session, or a new authentication. Without it the old
 * token is deleted but not revoked.
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

/** Revokes the tokens of a sign-in that is not kept; gives what there is to tell when that failed. */
async function revokeRejected(provider: Provider, tokens: Tokens): Promise<string | undefined> {
  try {
    const done = await provider.revoke(tokens.refreshToken ?? tokens.accessToken)
    return done ? undefined : 'the tokens were not kept; the provider offers no revocation'
  } catch (error) {
    return `the tokens were not kept, but the provider did not revoke them${
      error instanceof Failure ? `: ${error.message}` : ''
    }`
  }
}

function summary(client: Client, tokens: Tokens, unknown: readonly Finding[], replaced: boolean): SignedIn {
  return {
    idClaims: tokens.idClaims,
    tokens,
    expiresIn: tokens.expiresIn,
    refreshable: tokens.refreshToken !== undefined,
    missingScopes: missingScopes(client, tokens.scope),
    unknown,
    replaced,
  }
}
