import type { TokenSource } from '../../api/request.ts'
import type { Client, Workload } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { AccessToken } from '../../session/access.ts'
import type { Want } from '../../session/renewal/freshness.ts'
import { tokenHash } from '../../session/renewal/freshness.ts'
import type { Session } from '../../session/store/session.ts'
import type { SessionBody } from '../../session/store/session-file.ts'
import { givenToken, type Invocation, tell, warn } from '../invocation.ts'
import { openRecorder } from './recorder.ts'

/** Which token, where it is not the usual one. */
interface Wish extends TokenWish {
  readonly use?: 'access' | 'id'
  /** A token that the API has just refused. */
  readonly rejected?: string
  /** The command judges it by `expect` itself, and sends it nowhere. */
  readonly toInspect?: true
}

/** A token that is valid now, of a sign-in or of a workload. */
export interface ValidToken extends Omit<AccessToken, 'session'> {
  /** Granted scope, caches, clock skew. */
  readonly body: SessionBody
  /** Undefined: a workload's, which keeps no session. */
  readonly session: Session | undefined
  /** The claims of a workload's proof, not verified. */
  readonly proofClaims?: Readonly<Record<string, unknown>> | undefined
}

/**
 * A valid token of the session or the workload; prints its warning. `rejected`: see {@link accessToken}, whose Failures
 * are thrown, or those of {@link workloadToken}.
 */
export async function sessionToken(
  invocation: Invocation,
  client: Client,
  want: Wish = {},
): Promise<ValidToken> {
  if (client.workload) return tokenOfWorkload(invocation, client, client.workload, want)
  const { accessToken } = await import('../../session/access.ts')
  const token = await accessToken(
    client,
    {
      ...slotOf(client, want),
      ...(want.rejected === undefined ? {} : { rejected: want.rejected }),
      ...(want.toInspect && { toInspect: true }),
    },
    invocation.ports,
    invocation.command,
    (line) => tell(invocation, line),
  ).catch(async (error) => {
    if (!(error instanceof Failure) || error.reason !== 'may-bind') throw error
    // Lazy: most tokens are the session's own.
    await (await import('../can-ask.ts')).agreeToBind(invocation, error)
    return undefined
  })
  if (!token) return sessionToken(invocation, client, { ...want, narrow: true })
  if (token.renewed) await record(invocation, client, 'renewal', token.value, token.session.body.idToken)
  if (token.warning) await warn(invocation, token.warning)
  return { ...token, body: token.session.body }
}

/**
 * Another token in place of the refused one. Undefined: the provider has no other, so the refusal is reported. Failures: those
 * of {@link sessionToken}.
 */
async function otherToken(
  invocation: Invocation,
  client: Client,
  wish: Wish & { readonly rejected: string },
): Promise<ValidToken | undefined> {
  try {
    const token = await sessionToken(invocation, client, wish)
    return token.value === wish.rejected ? undefined : token
  } catch (error) {
    if (error instanceof Failure && error.reason === 'same-token') return undefined
    throw error
  }
}

async function record(
  invocation: Invocation,
  client: Client,
  event: 'sign-in' | 'renewal',
  token: string,
  idToken: string | undefined,
): Promise<void> {
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(idToken)
  await recorder.note(event, token)
}

async function tokenOfWorkload(
  invocation: Invocation,
  client: Client,
  workload: Workload,
  wish: Wish,
): Promise<ValidToken> {
  const { ports, workloadTokens } = invocation
  const started = ports.clock.now()
  const { workloadToken } = await import('../../session/workload/workload-token.ts')
  const { rejected } = wish
  const want: Want = {
    ...slotOf(client, wish),
    ...(rejected !== undefined && { rejectedHash: tokenHash(rejected) }),
  }
  const { token, body, proofClaims } = await workloadToken(client, workload, want, workloadTokens, ports)
  const expiresAt = token.receivedAt + token.expiresIn * 1000
  // A workload proves itself again for each token.
  const renewed = token.receivedAt >= started
  if (renewed) await record(invocation, client, 'sign-in', token.value, body.idToken)
  return {
    value: token.value,
    renewed,
    secondsLeft: Math.max(0, Math.floor((expiresAt - ports.clock.now()) / 1000)),
    expiresAt,
    warning: undefined,
    session: undefined,
    body,
    proofClaims,
  }
}

const slotOf = (client: Client, { use, audience, scopes, minTtlSeconds, narrow }: Wish): Want => ({
  use: use ?? client.preset.useToken,
  audience: audience ?? '',
  scopes: scopes ?? '',
  ...(minTtlSeconds !== undefined && { minTtlSeconds }),
  ...(narrow && { narrow }),
})

/**
 * Gives the API the tokens of the session, or LS_AUTH_TOKEN, which cannot be refreshed. `onToken` is shown each token of the
 * session before it is used.
 */
export function tokenSource(
  invocation: Invocation,
  client: () => Client,
  onToken: (token: ValidToken) => void = () => {},
): TokenSource {
  const given = givenToken(invocation)
  if (given !== undefined) return { token: async () => given, renew: async () => undefined }
  const shown = (token: ValidToken): string => {
    onToken(token)
    return token.value
  }
  return {
    token: async () => shown(await sessionToken(invocation, client())),
    async renew(rejected) {
      const renewed = await otherToken(invocation, client(), { rejected })
      return renewed && shown(renewed)
    },
  }
}

/** Which token is wanted, where it is not the usual one. */
export interface TokenWish {
  readonly minTtlSeconds?: number
  readonly audience?: string
  /** Space separated. */
  readonly scopes?: string
  /** Also where the provider may bind the sign-in to that. */
  readonly narrow?: true
}

/** Reads `--min-ttl`, `--audience`, `--scope` and `--narrow`. Failure `usage`. */
export function tokenWish({ minTtl, audience, scope, narrow }: TypedWish): TokenWish {
  const words = scope.flatMap((one) => one.split(/\s+/)).filter(Boolean)
  return {
    ...(minTtl !== undefined && { minTtlSeconds: minTtl }),
    ...(audience !== undefined && { audience }),
    ...(scope.length > 0 && { scopes: words.join(' ') }),
    ...(narrow && { narrow: true as const }),
  }
}

/** The same as flags. `minTtl`: seconds. */
interface TypedWish {
  readonly minTtl: number | undefined
  readonly audience: string | undefined
  readonly scope: readonly string[]
  readonly narrow: boolean
}
