import type { Finding } from '../claims/finding.ts'
import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import { makeProofKey, PROOF_ALGORITHM, type ProofKey } from '../dpop/proof-key.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { namesPeople } from '../providers/scope-names.ts'
import { checkAuthTime } from './answers/id-token.ts'
import { missingScopes } from './answers/token-answer.ts'
import { discover, type Metadata, withListedScopes } from './documents/metadata.ts'
import { askUserinfo } from './documents/signing-keys.ts'
import { throughBrowser } from './flow/browser-flow.ts'
import { throughDevice } from './flow/device.ts'
import { refuseCi } from './flow/display.ts'
import type { LoginDialog, LoginOptions } from './flow/login-dialog.ts'
import type { Started } from './flow/pending.ts'
import { type Redeemed, redeemSignIn } from './identity-assertion.ts'
import { personIn } from './kept-sign-in.ts'
import { hasLeftovers } from './leftovers.ts'
import { isApartFromKept, isApartFromOthers, type Revocable, revokeAll, wanted } from './own-grant.ts'
import { gate } from './policy-gate.ts'
import { openProvider } from './protocol/connection.ts'
import type { Provider } from './protocol/provider.ts'
import { refreshEnd, storedTokens, type Tokens } from './protocol/tokens.ts'
import { wayOf } from './store/origin-binding.ts'
import { readPrivateText } from './store/private-file.ts'
import { refreshTokenOf } from './store/session.ts'
import type { Cached, SessionBody } from './store/session-file.ts'
import { openStore, type Store } from './store/session-store.ts'
import { sweep } from './sweep.ts'

/** Characters of an ID token in an address; many servers take 8 kB in all. */
const MOST_HINT = 4_000

/** The result of a sign-in. */
export interface SignedIn {
  readonly idClaims: Readonly<Record<string, unknown>> | undefined
  /** Those that were asked for. */
  readonly scopes: readonly string[]
  /** Name and e-mail where these lack both; not signed. */
  readonly userinfo?: SessionBody['userinfo']
  /** For the record, which keeps their ids. */
  readonly tokens: Pick<Tokens, 'accessToken' | 'idToken' | 'refreshExpiresIn'>
  readonly expiresIn: number
  readonly refreshable: boolean
  readonly missingScopes: readonly string[]
  /** Policy findings that could not be decided. */
  readonly unknown: readonly Finding[]
  readonly replaced: boolean
}

/**
 * Signs in: discover → probe the store → obtain tokens → check them → store them; on failure the tokens are revoked. The store
 * is probed before the person is asked, so that a sign-in never ends at a store that cannot keep it. It is probed after the
 * provider has answered, so that a wrong issuer leaves no file behind. The caller has checked that the provider signs people in
 * (sign-in-offered.ts). Failures: those of each step.
 */
export async function signIn(
  configured: Client,
  options: LoginOptions,
  ports: Ports,
  dialog: LoginDialog,
): Promise<SignedIn> {
  const { attempt, sweepUp } = await prepare(configured, options, ports, dialog)
  const { resume } = options
  const signedIn = await (resume !== undefined
    ? (await loadPending()).finishPending(attempt, resume)
    : options.flow === 'device'
      ? throughDevice(attempt)
      : throughBrowser(attempt))
  // Revokes the replaced session. Done last, so that the page in the browser need not wait for it.
  await sweepUp().catch(() => {})
  return signedIn
}

const loadPending = () => import('./flow/pending.ts')

/** Begins a sign-in that another process finishes, and waits for no answer. `more`: facts for that process. */
export async function startSignIn(
  configured: Client,
  options: LoginOptions,
  ports: Ports,
  dialog: LoginDialog,
  more: object,
): Promise<Started> {
  const { attempt, proofKey } = await prepare(configured, options, ports, dialog)
  return (await loadPending()).startPending(attempt, proofKey, more)
}

async function prepare(configured: Client, options: LoginOptions, ports: Ports, dialog: LoginDialog) {
  if (options.flow === 'browser' && !dialog.canAsk) await refuseCi(ports)
  const store = await openStore(configured, ports)
  // A session of a newer ls-auth cannot be replaced.
  const before = await store.peekPast()
  const http = await ports.http(configured.http)
  const found = await discover(configured.issuer, configured.preset, http, ports.clock)
  const { metadata } = found
  const client = withListedScopes(configured, found)
  await store.probe(dialog.tell)
  const sweepUp = () => store.withSessionLock('login', dialog.tell, () => sweep(client, store, ports))
  // Leftovers of earlier sign-ins are revoked before there are new tokens: these may get into the same grant.
  if (await hasLeftovers(store, before?.sid).catch(() => false)) await sweepUp()
  const { server } = client
  const wantsPrevious = (server?.preset ?? client.preset).clientAuth !== 'none' || options.prompt === 'none'
  const previous = wantsPrevious ? await store.read().catch(() => undefined) : undefined
  const secret = await clientSecret(server ?? client, previous?.body.clientSecret, ports)
  const proofKey = options.resume?.pending.proofKey ?? (client.dpop ? await newProofKey(metadata) : undefined)
  const provider = await openProvider(
    client,
    {
      ...found,
      jwks: undefined,
      secret: secret?.value,
      proofKey,
      // Nothing that a rejected answer says is evidence.
      mayRevoke: () => isApartFromKept(client, store, undefined, ports),
    },
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
      const own = { client, provider, idToken: tokens.idToken }
      const api = server && (await redeemSignIn(own, server, secret ? { clientSecret: secret } : {}, ports))
      const unknown = await checkTokens(
        server ?? client,
        api?.provider ?? provider,
        api?.tokens ?? tokens,
        ports,
      )
      const given = api ? withTokenOf(api, tokens) : tokens
      const cached = { value: metadata, fetchedAt }
      const userinfo = await nameOf(client, tokens, { metadata: cached, proofKey }, ports)
      const body = {
        ...bodyOf(given, cached, secret, proofKey),
        ...(api && { server: api.server }),
        ...(userinfo && { userinfo }),
      }
      const replaced = await storeSession(client, store, body, tokens, dialog, options.samePerson, ports)
      return { ...summary(server ?? client, given, unknown, replaced), ...(userinfo && { userinfo }) }
    } catch (error) {
      const left = await revokeRejected(client, store, provider, tokens, ports)
      // The failure that led here is the one to report.
      throw left !== undefined && error instanceof Failure ? error.withDetail(left) : error
    }
  }

  // OpenID Connect Core §3.1.2.1: without it a provider may refuse prompt=none. A long one would make the address too long.
  const { idToken } = previous?.body ?? {}
  const isHint = options.prompt === 'none' && idToken !== undefined && idToken.length < MOST_HINT
  const attempt = {
    client,
    options,
    provider,
    ports,
    dialog,
    accept,
    personOf: ({ idClaims, userinfo }: SignedIn) => personIn({ ...idClaims, ...userinfo }),
    idTokenHint: isHint ? idToken : undefined,
  }
  return { attempt, proofKey, sweepUp }
}

/** Name and e-mail, where the provider gives them at userinfo alone (OpenID Connect Core §5.4). */
async function nameOf(
  client: Client,
  { idClaims, accessToken, scope, skewSeconds }: Tokens,
  { metadata, proofKey }: { readonly metadata: Cached<Metadata>; readonly proofKey: SessionBody['proofKey'] },
  ports: Ports,
): Promise<SessionBody['userinfo']> {
  if (personIn({ ...idClaims, sub: undefined }) !== undefined) return undefined
  // Without an ID token nothing else says who it is.
  if (idClaims !== undefined && !namesPeople(scope ?? client.preset.scopes.join(' '))) return undefined
  const session = { metadata, skewSeconds, ...(proofKey && { proofKey }) }
  const claims = await askUserinfo(client, session, accessToken, idClaims?.sub, ports)
  const { sub, email, preferred_username, name } = claims ?? {}
  return claims && { ...(idClaims === undefined && { sub }), email, preferred_username, name }
}

/** The API gets its own server's token in place of the company's. */
const withTokenOf = ({ tokens: { accessToken, expiresIn, scope } }: Redeemed, tokens: Tokens): Tokens => ({
  ...tokens,
  accessToken,
  expiresIn,
  scope,
})

const bodyOf = (
  tokens: Tokens,
  metadata: Cached<Metadata>,
  secret: SessionBody['clientSecret'],
  proofKey: SessionBody['proofKey'],
): SessionBody => ({
  tokens: storedTokens(tokens),
  ...refreshEnd(tokens),
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
    throw new Failure('provider-failed', 'the provider sent no ID token, but this profile uses it', {
      hint: 'Request the scope openid, or set use_token = "access".',
    })
  }
  const { metadata } = provider
  const scope = tokens.scope ?? client.preset.scopes.join(' ')
  return gate(client, token, { tokens, scope, metadata }, 'fail', ports)
}

/** Installs the new session in place of any old one; `samePerson`: of the same person. True when it replaced one. */
async function storeSession(
  client: Client,
  store: Store,
  body: SessionBody,
  tokens: Tokens,
  dialog: LoginDialog,
  samePerson: LoginOptions['samePerson'],
  ports: Ports,
): Promise<boolean> {
  return store.withSessionLock('login', dialog.tell, async () => {
    const header = await store.peekPast()
    const old = header ? await store.read().catch(unopened) : undefined
    // Under the lock: another process may have signed a person in while this person was in the browser.
    if (samePerson) {
      requireSubject(samePerson.subject, tokens, header !== undefined)
      if (header) requireSubject(payloadOf(old?.body.idToken)?.sub, tokens, true)
    }
    // A token that the old session itself superseded, and that could not be revoked until now, is forgotten with it: its grant
    // is unknown.
    const superseded =
      old && (await isApartFromOthers(client, payloadOf(old.body.idToken), tokens.idClaims, ports))
        ? refreshTokenOf(old)
        : undefined
    const facts = {
      issuer: client.issuer,
      clientId: client.clientId,
      account: client.account,
      ...(client.server && { server: { issuer: client.server.issuer, clientId: client.server.clientId } }),
      apis: { ...header?.apis, [client.profile]: client.apiOrigin },
      ways: { ...header?.ways, [client.profile]: wayOf(client) },
    }
    const whole: SessionBody = {
      ...body,
      ...(superseded && { superseded }),
      ...(header === undefined ? {} : { replaced: header.sid }),
      // Or each sign-in would be spent again by `token --scope`, which is refused where this is known.
      ...(old?.body.afterNarrowing && { afterNarrowing: old.body.afterNarrowing }),
    }
    await store.install(facts, whole, tokens.refreshToken)
    return header !== undefined
  })
}

/** Failure `refused` when the person who has signed in is not this one, or unknown. */
function requireSubject(subject: unknown, { idClaims }: Tokens, isSignedIn: boolean): void {
  if (subject !== undefined && subject === idClaims?.sub) return
  throw isSignedIn
    ? new Failure('refused', 'another account signed in, so ls-auth kept the previous sign-in', {
        hint: 'Run it again and sign in as the same person. To change accounts: ls-auth login',
      })
    : new Failure('refused', 'another account signed in, so you are signed out now', {
        hint: 'Sign in again: ls-auth login',
      })
}

/** A session that cannot be decrypted is replaced; after a read error it is not, or its tokens could not be revoked. */
function unopened(error: unknown): undefined {
  if (error instanceof Failure && error.code !== 'storage') return undefined
  throw error
}

/** Revokes the tokens of a sign-in that is not kept; gives what there is to tell when they were not revoked. */
async function revokeRejected(
  client: Client,
  store: Store,
  provider: Provider,
  tokens: Tokens,
  ports: Ports,
): Promise<string | undefined> {
  if (!(await isApartFromKept(client, store, tokens.idClaims, ports)))
    return 'the tokens were discarded but not revoked, because that could end an earlier sign-in'
  const { refreshToken, accessToken } = tokens
  const issued: readonly Revocable[] = [
    ...(refreshToken === undefined ? [] : [{ kind: 'refresh', token: refreshToken } as const]),
    { kind: 'access', token: accessToken },
  ]
  const asked = wanted(client, issued)
  if (asked.length === 0 && typeof provider.metadata.revocation_endpoint === 'string')
    return 'the tokens were discarded but not revoked (setting revoke)'
  try {
    if (await revokeAll(provider, asked)) return undefined
    const isOffered = typeof provider.metadata.revocation_endpoint === 'string'
    return isOffered && asked.every(({ kind }) => kind === 'access')
      ? 'the tokens were discarded; the provider cannot revoke access tokens, so they will expire'
      : 'the tokens were discarded; the provider has no revocation'
  } catch (error) {
    return `the tokens were discarded, but the provider did not revoke them${
      error instanceof Failure ? `: ${error.message}` : ''
    }`
  }
}

function summary(client: Client, tokens: Tokens, unknown: readonly Finding[], replaced: boolean): SignedIn {
  return {
    idClaims: tokens.idClaims,
    scopes: client.preset.scopes,
    tokens,
    expiresIn: tokens.expiresIn,
    refreshable: tokens.refreshToken !== undefined,
    missingScopes: missingScopes(client, tokens.scope, tokens.idToken),
    unknown,
    replaced,
  }
}

/**
 * A confidential client's secret for a sign-in. From the file of LS_AUTH_CLIENT_SECRET_FILE, else the stored one of the last
 * sign-in, else from a prompt without echo. Undefined for public clients and public-by-design secrets. Failure `settings`: the
 * file cannot be used, or no person can be prompted.
 */
async function clientSecret(
  client: Client,
  stored: SessionBody['clientSecret'],
  ports: Ports,
): Promise<SessionBody['clientSecret']> {
  if (client.preset.clientAuth === 'none' || client.publicSecret !== undefined) return undefined
  const since = ports.clock.now()
  if (client.clientSecretFile !== undefined) {
    const value = await readPrivateText(client.clientSecretFile, 'client secret file', ports)
    return value === stored?.value ? stored : { value, since }
  }
  if (stored) return stored
  const typed = (
    await ports.terminal.readSecret("Client secret (from the provider's app settings): ")
  )?.trim()
  if (typed) return { value: typed, since }
  throw new Failure(
    'settings',
    'this client needs its secret, and ls-auth cannot ask for it: stdin is not a terminal',
    {
      hint: client.preset.publicSecret
        ? 'A Desktop client\'s secret is public by design: put it into config.toml, client_secret = "…". Put any other into a file of mode 0600 and set LS_AUTH_CLIENT_SECRET_FILE.'
        : 'Put it into a file of mode 0600 and set LS_AUTH_CLIENT_SECRET_FILE to its path.',
    },
  )
}

/**
 * The key that the tokens of a new sign-in will be bound to. Failure `cannot-do`: the provider's metadata exclude proofs by
 * this key. Without metadata about it the provider is asked anyway, and its answer is judged.
 */
async function newProofKey({ dpop_signing_alg_values_supported: algorithms }: Metadata): Promise<ProofKey> {
  if (Array.isArray(algorithms) && !algorithms.includes(PROOF_ALGORITHM)) {
    throw new Failure(
      'cannot-do',
      `the provider does not accept DPoP proofs signed with ${PROOF_ALGORITHM} (DPoP)`,
      {
        hint: 'Ask whoever runs the identity provider to allow it. To turn DPoP off: ls-auth profile set dpop false',
      },
    )
  }
  return makeProofKey()
}
