import type { Inspected } from '../claims/inspect.ts'
import { normalise } from '../claims/normalise.ts'
import { type InspectedTokens, loadOwnProfile, readTokens } from '../commands/inspected-tokens.ts'
import { type Invocation, loadProfile } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, textBlock } from '../frame/answer.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { KeySet } from '../session/documents/signing-keys.ts'
import { hasUnknownKey, type TrustedIssuer, verify } from '../session/verification.ts'
import { sendsToken } from '../settings/profile.ts'
import { isComplete } from '../settings/required-client.ts'
import { safeJson } from '../text/safe-text.ts'
import { fromInput, TOKEN_IN_PLACE } from './flags.ts'
import { identityJson, placeOf, type View, value } from './identity-view.ts'
import { NEW_TOKEN_ONLY, RETIRED_KEY, whyNotVerified } from './signature-words.ts'
import { identityLines } from './whoami-answer.ts'

interface Options {
  /** With freshly fetched keys, and a failure when they cannot be fetched. */
  readonly verify: boolean
  readonly raw: boolean
  readonly token: boolean
}

/** `ls-auth whoami`: the identity in the tokens, each value with its claim. */
export const whoami = verb({
  flags: {
    verify: bool("check the signatures with the provider's current keys"),
    raw: bool('print the header and payload of each token as they are'),
    token: fromInput('whoami'),
  },
  formats: [],
  variables: [['LS_AUTH_TOKEN', `${TOKEN_IN_PLACE}, and no provider but for its keys by --verify`]],
  exits: [...OF_A_SESSION, 5],
  examples: [
    { does: 'who am I, and for how long?', line: 'ls-auth whoami' },
    { does: 'are my tokens really from the provider?', line: 'ls-auth whoami --verify' },
    { does: 'what is in a token from elsewhere?', line: 'cat token.txt | ls-auth whoami --token -' },
    { does: 'for scripts', line: 'ls-auth whoami --json' },
  ],
  tools: [
    {
      name: 'whoami',
      title: 'Who is signed in',
      description:
        'As whom these tools read traces, until when, and what that person may read. Every call is logged under this name.',
      takes: [],
    },
  ],
  run: (invocation, options, format) =>
    format === 'agent' ? forTools(invocation, options) : answer(invocation, options),
})

/** What the person's sign-in has to do with the other tools. */
async function forTools(invocation: Invocation, options: Options): Promise<Answer> {
  const { profile } = await loadProfile(invocation)
  const isProxied = profile.throughProxy
  if (!isProxied && !sendsToken(profile))
    return { blocks: [textBlock(() => ['This API takes no token: the other tools read it without one.'])] }
  const own = await answer(invocation, options).catch((error) => {
    if (!isProxied || !(error instanceof Failure)) throw error
    return undefined
  })
  if (!isProxied) return own as Answer
  const lead = own
    ? 'Below is the sign-in that ls-auth finds here. If the proxy was started with another profile, the tools read as that one.'
    : 'Who that is cannot be seen from here. The person can type, outside of the proxy: ls-auth whoami'
  return { ...own, blocks: [textBlock(() => [PROXIED, lead]), ...(own?.blocks ?? [])] }
}

const PROXIED =
  'A local proxy of ls-auth asks the API for the other tools, and adds the token of the person who started it.'

async function answer(invocation: Invocation, { verify: isStrict, raw, token }: Options): Promise<Answer> {
  const { ports } = invocation
  const profile = await loadOwnProfile(invocation, { anyProfile: token })
  const tokens = await readTokens(invocation, profile, { fromInput: token, orCached: !isStrict })
  // Asks nobody for keys, unless it is to say whether they fit.
  if (raw && !isStrict) return rawAnswer(tokens)
  const { trusted, skewSeconds } = tokens
  // A token from LS_AUTH_TOKEN asks nobody: a CI machine may not reach the provider at all.
  const offline = tokens.origin === 'environment' && !isStrict
  const fetched = new Map<TrustedIssuer, Promise<KeySet>>()
  const whenUnreachable = isStrict ? 'fail' : 'unverified'
  const how = { trusted, skewSeconds, offline, skipCache: isStrict, whenUnreachable, fetched } as const
  const check = (one: Inspected | undefined) => one && verify(one, how, ports)
  const [id, access] = [await check(tokens.id), await check(tokens.access)]
  const now = ports.clock.now() + skewSeconds * 1000
  const known = { profile, tokens, id, access, now, ...(offline && { notAsked: '--verify checks it' }) }
  const view = raw ? known : await withUserinfo(known)
  if (isStrict) await keepKeys(invocation, view, fetched)
  const failure = isStrict ? unverified(view) : undefined
  if (raw) return { ...rawAnswer(tokens), failure }
  return {
    data: { rows: [], row: (one) => one, whole: () => identityJson(view) },
    blocks: [drawnBlock((pen) => identityLines(view, pen))],
    failure,
  }
}

function rawAnswer({ id, access }: InspectedTokens): Answer {
  const raw = (token: Inspected | undefined) =>
    token &&
    (token.jwt
      ? { header: token.jwt.header, payload: token.jwt.payload }
      : { opaque: true, problem: token.problem?.detail ?? null })
  return { pieces: [`${safeJson({ id_token: raw(id) ?? null, access_token: raw(access) ?? null }, 2)}\n`] }
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
 * `refused`: the signature of a token is wrong, or none of the provider's keys fits; `check-failed`: it is not known whose keys
 * to ask for. A token that only its API can read has no signature to check.
 */
function unverified({ id, access, profile, tokens }: View): Failure | undefined {
  for (const [name, token] of [['ID token', id] as const, ['access token', access] as const]) {
    if (!token || token.signature === 'verified') continue
    if (token.signature === 'unverified' && (token.opaque || token.notForUs)) continue
    const { issuer } = profile.client
    const why = whyNotVerified(token, { issuer })
    if (issuer === undefined && token.signature === 'unverified' && token.identity.issuer.value !== undefined)
      return new Failure('check-failed', `the signature of the ${name} is not verified: ${why}`, {
        hint: `If you trust the issuer that it names: ls-auth check${tokens.origin === 'input' ? ' --token -' : ''} --issuer URL`,
      })
    const what = token.signature === 'bad' ? 'is wrong' : 'cannot be verified'
    const isPersons = tokens.origin === 'session' && !profile.client.workload
    return new Failure('refused', `the signature of the ${name} ${what}: ${why}`, {
      hint: !hasUnknownKey(token)
        ? 'Do not believe what this token says, and find out where it comes from.'
        : isPersons
          ? `${RETIRED_KEY} A sign-in brings new tokens: ls-auth login`
          : NEW_TOKEN_ONLY,
    })
  }
  return undefined
}
