import { accessLevel, misalignment } from '../claims/access-level.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { ClaimValue } from '../claims/normalise.ts'
import { normalise } from '../claims/normalise.ts'
import type { CliCommand, Typed } from '../commands/cli-command.ts'
import { type InspectedTokens, loadOwnProfile, readTokens } from '../commands/inspected-tokens.ts'
import { globals, type Invocation, printJson } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import { workloadFacts } from '../providers/workload-sources.ts'
import type { KeySet } from '../session/documents/signing-keys.ts'
import { hasUnknownKey, type TrustedIssuer, verify } from '../session/verification.ts'
import { isComplete } from '../settings/required-client.ts'
import { safeJson } from '../text/safe-text.ts'
import {
  CONCEPTS,
  heldNames,
  lifeLeft,
  otherIssuer,
  otherSubject,
  placeOf,
  type View,
  value,
} from './identity-view.ts'
import { boundKey, NEW_TOKEN_ONLY, RETIRED_KEY, whyNotVerified } from './signature-words.ts'
import { printIdentity } from './whoami-answer.ts'

interface WhoamiOptions {
  /** Verify with freshly fetched keys, and fail when they cannot be fetched. */
  readonly verify: boolean
  /** Print header and payload as they are. */
  readonly raw: boolean
  /** `--token -`: any token, from standard input. */
  readonly fromInput: boolean
}

/** `ls-auth whoami`: the identity in the tokens, each value with its claim. */
export const whoami: CliCommand<WhoamiOptions> = { read, run }

function read({ flags }: Typed): WhoamiOptions {
  return { verify: flags.verify === true, raw: flags.raw === true, fromInput: flags.token === '-' }
}

async function run(invocation: Invocation, options: WhoamiOptions): Promise<void> {
  const profile = await loadOwnProfile(invocation, { anyProfile: options.fromInput })
  const tokens = await readTokens(invocation, profile, {
    fromInput: options.fromInput,
    orCached: !options.verify,
  })
  // Asks nobody for keys, unless it is to say whether they fit.
  if (options.raw && !options.verify) return printRaw(invocation, tokens)
  const { ports } = invocation
  const { trusted, skewSeconds } = tokens
  const skipCache = options.verify
  // A token from LS_AUTH_TOKEN asks nobody: a CI machine may not reach the provider at all.
  const offline = tokens.origin === 'environment' && !options.verify
  // Offline whoami still shows the claims, as unverified. With `--verify` it fails.
  const whenUnreachable = options.verify ? 'fail' : 'unverified'
  const fetched = new Map<TrustedIssuer, Promise<KeySet>>()
  const how = { trusted, skewSeconds, offline, skipCache, whenUnreachable, fetched } as const
  const check = (token: Inspected | undefined) => token && verify(token, how, ports)
  const [id, access] = [await check(tokens.id), await check(tokens.access)]
  const now = ports.clock.now() + skewSeconds * 1000
  const known = { profile, tokens, id, access, now, ...(offline && { notAsked: '--verify checks it' }) }
  const view = options.raw ? known : await withUserinfo(known)
  if (options.raw) await printRaw(invocation, tokens)
  else if (globals(invocation).json) await printJson(invocation, toJson(view))
  else await printIdentity(invocation, view)
  if (options.verify) {
    await keepKeys(invocation, view, fetched)
    requireVerified(view)
  }
}

/** That a key is gone: `check` would go on with the keys of before. */
async function keepKeys(invocation: Invocation, view: View, fetched: Map<TrustedIssuer, Promise<KeySet>>) {
  const { client } = view.profile
  if (view.tokens.origin !== 'session' || !isComplete(client) || client.workload) return
  if (![view.id, view.access].some((token) => token && hasUnknownKey(token))) return
  const { keepSigningKeys } = await import('../session/cached-session.ts')
  for (const [{ sentToken }, keys] of fetched)
    if (sentToken) await keepSigningKeys(client, (await keys).keys, invocation.ports, invocation.command)
}

/** Name and e-mail of userinfo, where the tokens say neither. */
async function withUserinfo(view: View): Promise<View> {
  const { tokens, profile } = view
  const name = placeOf(view, 'userName')?.held
  // A subject in the place of a name is none.
  const isNamed = name?.value !== undefined && name.source !== 'sub'
  if (!tokens.userinfo || isNamed || value(view, 'email') !== undefined) return view
  const claims = await tokens.userinfo()
  if (!claims) return view
  return {
    ...view,
    userinfo: { identity: normalise(claims, { kind: 'id', names: profile.client.preset.claimNames }) },
  }
}

/**
 * Failure `refused`: the signature of a token is wrong, or none of the provider's keys fits; `check-failed`: nothing says
 * whose keys to ask for. A token that nobody but its API can read has no signature to check.
 */
function requireVerified(view: View): void {
  for (const use of ['id', 'access'] as const) {
    const token = view[use]
    if (!token || token.signature === 'verified') continue
    if (token.signature === 'unverified' && (token.opaque || token.notForUs)) continue
    const name = use === 'id' ? 'ID token' : 'access token'
    const what = token.signature === 'bad' ? 'is wrong' : 'cannot be verified'
    const { issuer } = view.profile.client
    const why = whyNotVerified(token, { issuer })
    // Then nothing speaks against the token: nobody was asked.
    if (issuer === undefined && token.signature === 'unverified' && token.identity.issuer.value !== undefined)
      throw new Failure('check-failed', `the signature of the ${name} is not verified: ${why}`, {
        hint: `If you trust the issuer that it names: ls-auth check${view.tokens.origin === 'input' ? ' --token -' : ''} --issuer URL`,
      })
    throw new Failure('refused', `the signature of the ${name} ${what}: ${why}`, {
      hint: hasUnknownKey(token) ? retiredKey(view, use) : DO_NOT_BELIEVE,
    })
  }
}

const DO_NOT_BELIEVE = 'Do not believe what this token says, and find out where it comes from.'

/** After a change of keys the tokens of before name one that the provider no longer shows. */
function retiredKey(view: View, use: 'id' | 'access'): string {
  if (view.tokens.origin !== 'session' || view.profile.client.workload) return NEW_TOKEN_ONLY
  if (use === 'id' && view.tokens.idTokenAtSignInOnly)
    return `${RETIRED_KEY} A sign-in brings a new ID token, and a renewal does not: ls-auth login`
  const left = view.access && lifeLeft(view.access, view, 'access')
  // As long as the token has left: what is shorter renews nothing, what is longer may be longer than any token lives.
  const renewal =
    left === undefined || left < 1 ? 'ls-auth token' : `ls-auth token --min-ttl ${Math.ceil(left)}s`
  return `${RETIRED_KEY} A renewed token has a new one: ${renewal}, or ls-auth login`
}

async function printRaw(invocation: Invocation, { id, access }: InspectedTokens): Promise<void> {
  const raw = (token: Inspected | undefined) =>
    token &&
    (token.jwt
      ? { header: token.jwt.header, payload: token.jwt.payload }
      : { opaque: true, problem: token.problem?.detail ?? null })
  const tokens = { id_token: raw(id) ?? null, access_token: raw(access) ?? null }
  await invocation.ports.terminal.page(`${safeJson(tokens, 2)}\n`)
}

function toJson(view: View): unknown {
  const identity = Object.fromEntries(
    [...CONCEPTS.map(([concept]) => concept), 'emailVerified' as const].map((concept) => {
      const found = placeOf(view, concept)
      if (!found) return [snake(concept), null]
      const { held, from } = found
      return [
        snake(concept),
        held.value === undefined
          ? { value: null, status: held.status }
          : {
              value: held.value,
              ...(held.isPart && { partial: true }),
              claim: held.source,
              token: from,
            },
      ]
    }),
  )
  const other_subject = otherJson(otherSubject(view))
  const other_issuer = otherJson(otherIssuer(view))
  const table = view.profile.access
  const [scopes, groups] = [heldNames(view, 'scopes'), heldNames(view, 'groups')]
  const token = (use: 'id' | 'access') => {
    const one = view[use]
    if (!one) return null
    const left = lifeLeft(one, view, use)
    return {
      kind: one.kind,
      format: one.opaque ? 'opaque' : 'jwt',
      signature: one.signature,
      signature_detail: one.answer && !one.answer.verified ? one.answer.detail : null,
      expires_in: left === undefined ? null : Math.floor(left),
    }
  }
  return {
    profile: view.tokens.origin === 'session' ? view.profile.name : null,
    workload: workloadJson(view),
    identity: { ...identity, other_subject, other_issuer },
    id_token: token('id'),
    access_token: token('access'),
    bound_key: boundKeyJson(view),
    access: table
      ? { ...accessLevel(scopes, groups, table), misaligned: misalignment(scopes, groups, table) }
      : null,
  }
}

/** Null: the access token has the same as the ID token, or none. */
const otherJson = (other: ClaimValue<string> | undefined): unknown =>
  other?.value === undefined ? null : { value: other.value, claim: other.source, token: 'access' }

/** Null: bound to none. */
function boundKeyJson(view: View): unknown {
  const bound = boundKey(view)
  return bound ? { thumbprint: bound.thumbprint ?? null, ours: bound.isOurs ?? null } : null
}

/** Null: a person's, or a token from outside. */
function workloadJson({ profile, tokens }: View): unknown {
  const { workload } = profile.client
  if (!workload || tokens.origin !== 'session') return null
  const {
    repository = null,
    ref = null,
    environment = null,
    role = null,
  } = workloadFacts(tokens.proofClaims ?? {})
  return { source: workload.source.name, grant: workload.grant, repository, ref, environment, role }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (char) => `_${char.toLowerCase()}`)
