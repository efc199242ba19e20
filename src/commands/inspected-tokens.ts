import { type Inspected, inspectToken } from '../claims/inspect.ts'
import { isIssuerOf } from '../claims/issuer.ts'
import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client, PartialClient } from '../client.ts'
import type { ProofKey } from '../dpop/proof-key.ts'
import { thumbprintOf } from '../dpop/proof-key.ts'
import { Failure, type FailureCode } from '../errors.ts'
import type { JsonObject } from '../json-object.ts'
import { presetFor } from '../providers/detect.ts'
import { namesPeople } from '../providers/scope-names.ts'
import { readCachedSession, storedAccess } from '../session/cached-session.ts'
import { askUserinfo } from '../session/documents/signing-keys.ts'
import type { SessionBody, StoredToken } from '../session/store/session-file.ts'
import { inspectOwn, issuerOf, issuersOf, namedIssuer, type VerifyOptions } from '../session/verification.ts'
import { isBehindProxy, outsideProxy } from '../settings/local-proxy.ts'
import type { Profile } from '../settings/profile.ts'
import { profileNames } from '../settings/profile-name.ts'
import { requireClient } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'
import { commandLine } from './command-line.ts'
import {
  givenToken,
  globals,
  type Invocation,
  loadProfile,
  type ProfileNeeds,
  tell,
  warn,
} from './invocation.ts'
import { sessionToken } from './request/credentials.ts'

/**
 * The profile whose sign-in is looked at. Behind `ls-auth exec --proxy` it is the same as outside, with the API of its sign-in:
 * its tokens are looked at here, and none goes to the proxy. A note says where it may be another one than the proxy's.
 * Failures: those of {@link loadProfile}.
 */
export async function loadOwnProfile(invocation: Invocation, needs: ProfileNeeds): Promise<Profile> {
  const { env } = invocation.ports
  const { settings, profile } = await loadProfile(invocation, needs, outsideProxy(env))
  const { name } = profile
  const isChosen = globals(invocation).profile !== undefined || needs.anyProfile === true
  const isSame = env.variables.LS_AUTH_PROXY_PROFILE === name
  if (isBehindProxy(env) && !isChosen && !isSame && profileNames(settings).length > 1)
    tell(
      invocation,
      `note: this is profile ${safeText(name, 60)}; the proxy adds the token of its own profile`,
    )
  return profile
}

/** The tokens a command inspects, and the issuers whose keys may verify them. */
export interface InspectedTokens {
  readonly access: Inspected | undefined
  readonly id: Inspected | undefined
  /** `session`: ours; `environment`: LS_AUTH_TOKEN; `input`: standard input. */
  readonly origin: 'session' | 'environment' | 'input'
  /** What a workload's proof says, not verified. */
  readonly proofClaims?: Readonly<Record<string, unknown>> | undefined
  /** Local clock, milliseconds; undefined for a token that came from outside. */
  readonly expiresAt: number | undefined
  /** Provider's clock minus ours, seconds. */
  readonly skewSeconds: number
  /** The issuer of the profile, and those that the user named. */
  readonly trusted: VerifyOptions['trusted']
  /** The thumbprint of the key that the tokens of this session are bound to. */
  readonly ownKey?: string
  /** Asks the provider for name and e-mail, where the granted scopes have them; undefined: it cannot be asked. */
  readonly userinfo?: () => Promise<JsonObject | undefined>
}

interface Options {
  readonly trustedIssuers?: readonly string[]
  readonly offline?: boolean
  readonly orCached?: boolean
  readonly fromInput?: boolean
  /** The token that must be fresh; the other one is as stored. */
  readonly use?: 'access' | 'id'
}

const MAX_INPUT_BYTES = 256 * 1024

/**
 * The session's tokens, or the one given by LS_AUTH_TOKEN or `--token -`. `offline`: the cached ones, without refresh;
 * `orCached`: the cached ones with a warning when the provider cannot refresh them now; `fromInput`: read stdin; `use`: the one
 * that is judged. Failures: `usage`, and those of {@link sessionToken}.
 */
export async function readTokens(
  invocation: Invocation,
  profile: Profile,
  options: Options = {},
): Promise<InspectedTokens> {
  const { trustedIssuers = [], fromInput = false } = options
  const { issuer, preset, http } = profile.client.server ?? profile.client
  const named = trustedIssuers.map((one) => namedIssuer(one, http))
  const outside = await outsideToken(invocation, fromInput)
  if (outside) {
    const token = inspectOutside(outside.token, profile.client.server ?? profile.client)
    const isId = token.kind === 'id'
    return {
      access: isId ? undefined : token,
      id: isId ? token : undefined,
      origin: outside.origin,
      expiresAt: undefined,
      skewSeconds: 0,
      trusted: [...(issuer === undefined ? [] : [issuerOf({ issuer, preset, http })]), ...named],
    }
  }
  const client = requireClient(profile)
  const { ports } = invocation
  const found = await sessionTokens(invocation, client, options)
  const { body, access, expiresAt, isNew, proofClaims, idToken = body.idToken } = found
  const responseScope = body.grantedScope ?? preset.scopes.join(' ')
  const responseExpiry = expiresAt === undefined ? undefined : expiresAt / 1000 + body.skewSeconds
  return {
    access:
      access === undefined
        ? undefined
        : inspectOwn(client.server ?? client, access, responseScope, responseExpiry),
    id: idToken === undefined ? undefined : inspectOwn(client, idToken, undefined),
    origin: 'session',
    proofClaims,
    expiresAt,
    skewSeconds: body.skewSeconds,
    trusted: [...issuersOf(client, body), ...named],
    ...(body.proofKey && { ownKey: await thumbprint(body.proofKey) }),
    ...(access !== undefined &&
      isNew &&
      !client.workload &&
      // The company's provider must not see a token of another server.
      !client.server &&
      (idToken === undefined || namesPeople(responseScope)) && {
        userinfo: async () => {
          return askUserinfo(client, body, access, payloadOf(body.idToken)?.sub, ports)
        },
      }),
  }
}

/** Failures that leave the stored session as good as before. */
const OTHER_SIDE: readonly FailureCode[] = ['network', 'provider-failed', 'rate-limited', 'busy']

interface SessionTokens {
  readonly body: SessionBody
  readonly access: string | undefined
  readonly expiresAt: number | undefined
  /** The access token is valid. */
  readonly isNew: boolean
  /** Left out: the one of the body. */
  readonly idToken?: string
  readonly proofClaims?: InspectedTokens['proofClaims']
}

async function sessionTokens(
  invocation: Invocation,
  client: Client,
  { offline = false, orCached = false, use = 'access' }: Options,
): Promise<SessionTokens> {
  if (client.workload && offline) {
    throw new Failure('cannot-do', '--offline needs a stored token, and a workload stores none', {
      hint: 'Drop --offline, or pipe a token in: --token -',
    })
  }
  if (!offline && use === 'id' && !client.workload) {
    const fresh = await withFreshIdToken(invocation, client)
    if (fresh) return fresh
  }
  if (!offline) {
    try {
      const {
        value: access,
        expiresAt,
        body,
        proofClaims,
      } = await sessionToken(invocation, client, {
        use: 'access',
        toInspect: true,
      })
      return { body, access, expiresAt, isNew: true, proofClaims }
    } catch (error) {
      if (!orCached || client.workload || !(error instanceof Failure) || !OTHER_SIDE.includes(error.code))
        throw error
      await warn(invocation, { message: `${error.message}; showing the stored tokens`, hint: error.hint })
    }
  }
  const { body, access } = await readCachedSession(client, invocation.ports)
  return { body, ...valueAndEnd(access), isNew: false }
}

/** The ID token that a request would send now. Undefined: this sign-in has none, or brings no new one. */
async function withFreshIdToken(invocation: Invocation, client: Client): Promise<SessionTokens | undefined> {
  try {
    const { value: idToken, body } = await sessionToken(invocation, client, { use: 'id', toInspect: true })
    return { body, ...valueAndEnd(storedAccess(body)), idToken, isNew: false }
  } catch (error) {
    if (error instanceof Failure && error.code === 'cannot-do') return undefined
    throw error
  }
}

const valueAndEnd = (token: StoredToken | undefined): Pick<SessionTokens, 'access' | 'expiresAt'> => ({
  access: token?.value,
  expiresAt: token && token.receivedAt + token.expiresIn * 1000,
})

/** Lazy: most sessions have no key. */
const thumbprint = async (key: ProofKey): Promise<string> => thumbprintOf(key)

async function outsideToken(
  invocation: Invocation,
  fromInput: boolean,
): Promise<{ token: string; origin: 'input' | 'environment' } | undefined> {
  if (fromInput) {
    const token = (await invocation.ports.terminal.readAll(MAX_INPUT_BYTES)).trim().replace(/^Bearer\s+/i, '')
    if (token === '')
      throw new Failure('usage', 'standard input holds no token', {
        hint: `Pipe one in: cat FILE | ${commandLine(invocation)}`,
      })
    return { token, origin: 'input' }
  }
  const token = givenToken(invocation)
  return token === undefined ? undefined : { token, origin: 'environment' }
}

/** A token of another issuer is parsed by that issuer's preset. Safe, because parsing implies no trust. */
function inspectOutside(token: string, client: PartialClient): Inspected {
  const { iss, tid } = payloadOf(token) ?? {}
  const { issuer, preset } = client
  const ours = issuer !== undefined && isIssuerOf({ iss, tid }, issuer, preset)
  if (typeof iss !== 'string' || ours) return inspectOwn(client, token, undefined)
  const { claimNames, ownTokens } = presetFor(iss)
  return inspectToken(token, { clientId: undefined, claimNames, ownTokens, responseScope: undefined })
}
