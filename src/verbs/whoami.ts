import { accessLevel, misalignment } from '../claims/access-level.ts'
import { quoted } from '../claims/claim-shape.ts'
import type { Inspected } from '../claims/inspect.ts'
import { type ClaimValue, type Identity, normalise } from '../claims/normalise.ts'
import { type InspectedTokens, loadOwnProfile, readTokens } from '../commands/inspected-tokens.ts'
import { type Invocation, loadProfile } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, type Pen, textBlock } from '../frame/answer.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { Style } from '../ports/terminal.ts'
import { workloadWords } from '../providers/workload-sources.ts'
import { keepSigningKeys } from '../session/cached-session.ts'
import type { KeySet } from '../session/documents/signing-keys.ts'
import { hasUnknownKey, type TrustedIssuer, verify } from '../session/verification.ts'
import { shortDuration } from '../settings/duration.ts'
import { sendsToken } from '../settings/profile.ts'
import { isComplete } from '../settings/required-client.ts'
import { displayWidth } from '../text/display-width.ts'
import { instant } from '../text/duration.ts'
import { safeJson, safeText } from '../text/safe-text.ts'
import { wrap } from '../text/wrap.ts'
import { fromInput, TOKEN_IN_PLACE } from './flags.ts'
import {
  boundKey,
  CONCEPTS,
  heldNames,
  identityJson,
  lifeLeft,
  otherOf,
  placeOf,
  type Source,
  type View,
  value,
} from './identity-view.ts'
import { NEW_TOKEN_ONLY, RETIRED_KEY, whyNotVerified } from './signature-words.ts'

interface Options {
  /** With freshly fetched keys, and a failure when they cannot be fetched. */
  readonly verify: boolean
  readonly raw: boolean
  readonly token: boolean
}

/** `ls-auth whoami`: the identity in the tokens, each value with its claim. */
export const whoami = verb({
  summary: 'show who you are: the claims of your tokens',
  flags: {
    verify: bool("verify the signatures with the provider's current keys"),
    raw: bool('print the raw header and payload of each token'),
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
        'The person these tools read traces as, their access and how long it lasts. Every call is logged under this name.',
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
  // It fetches keys only to compare them.
  if (raw && !isStrict) return rawAnswer(tokens)
  const { trusted, skewSeconds } = tokens
  // A token from LS_AUTH_TOKEN sends no request: a CI machine may not reach the provider at all.
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

/** Notes a retired key: `check` would continue with the earlier keys. */
async function keepKeys(invocation: Invocation, view: View, fetched: Map<TrustedIssuer, Promise<KeySet>>) {
  const { client } = view.profile
  if (view.tokens.origin !== 'session' || !isComplete(client) || client.workload) return
  if (![view.id, view.access].some((token) => token && hasUnknownKey(token))) return
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
        hint: `If you trust its issuer: ls-auth check${tokens.origin === 'input' ? ' --token -' : ''} --issuer URL`,
      })
    const what = token.signature === 'bad' ? 'is wrong' : 'cannot be verified'
    const isPersons = tokens.origin === 'session' && !profile.client.workload
    return new Failure('refused', `the signature of the ${name} ${what}: ${why}`, {
      hint: !hasUnknownKey(token)
        ? 'Do not trust this token. Find out where it comes from.'
        : isPersons
          ? `${RETIRED_KEY} A sign-in brings new tokens: ls-auth login`
          : NEW_TOKEN_ONLY,
    })
  }
  return undefined
}

const INDENT = ' '.repeat(16)
/** Characters of one value. */
const LONGEST = 4000
const PLACES = { id: 'ID token', access: 'access token', userinfo: 'userinfo' } as const

/** The identity: one concept in a line, with its claim and token. */
function identityLines(view: View, { width, style }: Pen): string[] {
  const isReadable = view.id?.opaque === false || view.access?.opaque === false
  const title =
    value(view, 'email') ??
    value(view, 'userName') ??
    value(view, 'subject') ??
    (isReadable ? 'unnamed account' : 'unknown (opaque token)')
  return [
    style.bold(safeText(String(title), 200)),
    ...workload(),
    ...server(),
    ...(isReadable ? [...CONCEPTS.flatMap(conceptLines), ...accessLines()] : []),
    ...(['id', 'access'] as const).flatMap(tokenLine),
    ...boundLine(),
  ]

  /** A label and its text, or the values of a list, wrapped with indent. */
  function labelled(label: string, text: string | readonly string[]): string {
    return `  ${label.padEnd(13)} ${wrap(text, width - INDENT.length, '').replaceAll('\n', `\n${INDENT}`)}`
  }

  /** A program: where its proof comes from, and what the platform says that it is. */
  function workload(): string[] {
    const { workload } = view.profile.client
    if (!workload || view.tokens.origin !== 'session') return []
    const words = workloadWords(view.tokens.proofClaims)
    const { source, grant } = workload
    const from = source.kind === 'none' ? grant : `${source.name}, ${grant}`
    return [labelled('workload', `${safeText(from, 200)}${words && `: ${safeText(words, 1000)}`}`)]
  }

  /** The API's own server, where the person has signed in at the company's. */
  function server(): string[] {
    const { server } = view.profile.client
    if (!server || view.tokens.origin !== 'session') return []
    return [labelled('API tokens by', safeText(server.issuer, LONGEST))]
  }

  function conceptLines([concept, label]: (typeof CONCEPTS)[number]): string[] {
    const found = placeOf(view, concept)
    const text = found && valueWords(concept, found.held)
    if (text === undefined) return []
    const doubt = concept === 'email' && value(view, 'emailVerified') === false ? ' (unverified)' : ''
    const shown = labelled(
      label,
      typeof text === 'string' ? safeText(text, LONGEST) + doubt : text.map((one) => safeText(one, LONGEST)),
    )
    const line = found?.held.value === undefined ? shown : withSource(shown, found.held.source, found.from)
    const other = concept === 'subject' || concept === 'issuer' ? otherOf(view, concept) : undefined
    if (other?.value === undefined) return [line]
    const second = style.yellow(labelled(`other ${label}`, safeText(other.value, LONGEST)))
    return [line, withSource(second, other.source, 'access')]
  }

  function withSource(shown: string, claim: string, from: Source): string {
    const source = `[${safeText(claim, 80)}, ${PLACES[from]}]`
    const last = displayWidth(shown.slice(shown.lastIndexOf('\n') + 1))
    const gap = last + 2 + source.length <= width ? '  ' : `\n${INDENT}`
    return `${shown}${gap}${style.dim(source)}`
  }

  /** The access level by the profile's `[access]` table, and where scopes and groups disagree. */
  function accessLines(): string[] {
    const { access: table } = view.profile
    if (!table) return []
    const [scopes, groups] = [heldNames(view, 'scopes'), heldNames(view, 'groups')]
    const { level, certain } = accessLevel(scopes, groups, table)
    return [
      `  ${'access'.padEnd(13)} ${level ?? 'none'}${certain ? '' : ' (perhaps more: the token does not say)'}`,
      ...misalignment(scopes, groups, table).map(({ ask }) =>
        labelled('misaligned', safeText(ask, 1000)).replace('misaligned', style.yellow('misaligned')),
      ),
    ]
  }

  function tokenLine(use: 'id' | 'access'): string[] {
    const token = view[use]
    if (!token) return []
    const form = token.problem
      ? `unreadable (${token.problem.detail})`
      : token.opaque
        ? 'opaque: only its API can read it'
        : 'JWT'
    const left = lifeLeft(token, view, use)
    const time =
      left === undefined
        ? ''
        : left > 0
          ? `${shortDuration(left)} left`
          : `expired ${shortDuration(-left)} ago`
    const [words, paint] = signatureWords(token, view, style)
    const shown = labelled(
      use === 'id' ? 'ID token' : 'access token',
      [form, time, words].filter(Boolean).join(', '),
    )
    return [shown.replace(/\S.*/g, paint)]
  }

  /** The key that the access token is bound to, without which it is useless. */
  function boundLine(): string[] {
    const bound = boundKey(view)
    if (!bound) return []
    const { thumbprint, isOurs } = bound
    if (thumbprint === undefined)
      return [
        style.yellow(
          labelled('bound key', 'none in the access token, although the provider says it is bound (DPoP)'),
        ),
      ]
    const whose =
      isOurs === undefined
        ? 'held by its own sign-in'
        : isOurs
          ? 'the key of this sign-in'
          : 'NOT the key of this sign-in; its API will refuse it'
    const shown = labelled('bound key', `${safeText(thumbprint, 100)}, ${whose}`)
    return [isOurs === false ? style.red(shown) : shown]
  }
}

function valueWords(
  concept: keyof Identity,
  held: ClaimValue<NonNullable<unknown>>,
): string | readonly string[] | undefined {
  if (held.value === undefined) {
    if (held.status === 'overage') return 'not in the token: too many groups'
    if (held.status === 'unreadable') return 'in the token, in an unreadable format'
    if (concept !== 'groups' && concept !== 'scopes') return undefined
    return held.status === 'unsupported' ? 'never in tokens of this provider' : 'not in the token'
  }
  if (concept === 'authTime') return instant(held.value as number)
  if (held.value === true) return 'yes'
  if (!Array.isArray(held.value)) return String(held.value)
  if (held.value.length === 0) return 'none'
  const values = held.value.map(quoted)
  return held.isPart ? [...values, '(more, in an unreadable format)'] : values
}

function signatureWords(
  token: Inspected,
  view: View,
  style: Style,
): [words: string, paint: (text: string) => string] {
  if (token.opaque) return ['', (text) => text]
  const why = whyNotVerified(token, { issuer: view.profile.client.issuer, notAsked: view.notAsked })
  if (why === undefined) return ['signature verified', (text) => text]
  if (why === view.notAsked) return [`signature not verified (${why})`, style.yellow]
  if (token.signature === 'bad') return [`SIGNATURE WRONG: ${why}`, style.red]
  return [`signature ${token.notForUs ? 'checkable only by its API' : 'not verified'}: ${why}`, style.yellow]
}
