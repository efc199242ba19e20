import { judgeAlignment, nothingToAlign, unknownAlignment } from '../../claims/access-level.ts'
import { judgeAssertion } from '../../claims/assertion.ts'
import { type Finding, verdictOf } from '../../claims/finding.ts'
import type { Inspected } from '../../claims/inspect.ts'
import {
  type Expect,
  fullNameNote,
  fullNames,
  isWithoutSignature,
  judge,
  type ShortScope,
  shortScopes,
  signatureFinding,
} from '../../claims/policy.ts'
import { Failure } from '../../errors.ts'
import { hintFor } from '../../providers/hints.ts'
import { apisOfToken } from '../../providers/scope-names.ts'
import { hasUnknownKey, verify } from '../../session/verification.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { CliCommand } from '../cli-command.ts'
import { commandLine } from '../command-line.ts'
import { globals, type Invocation, printJson } from '../invocation.ts'
import { type CheckOptions, claimAssertions, readCheckOptions } from './check-options.ts'
import { printFindings } from './check-text.ts'
import { type InspectedTokens, readTokens } from './inspected-tokens.ts'
import { loadOwnProfile } from './own-profile.ts'
import { NEW_TOKEN_ONLY, whyNotVerified } from './signature-words.ts'

const ALL_CLAIMS = 'ls-auth whoami shows all claims.'

/**
 * How a person gets the scopes and groups that the token lacks: who gives them, and what comes next. Undefined: it is
 * not about them.
 */
export function askForRights(
  findings: readonly Finding[],
  { identity }: Inspected,
  { client }: Profile,
): string | undefined {
  const issuer = identity.issuer.value ?? client.issuer
  if (client.workload || issuer === undefined || !URL.canParse(issuer)) return undefined
  const host = safeText(new URL(issuer).host, 120)
  const scopes = lacking(findings, 'scope', 'fail').map(({ values }) => values.expected as string)
  const groups = lacking(findings, 'group', 'fail')
  const unknown = lacking(findings, 'group', 'unknown').map(({ reason }) => reason)
  const advice = [
    ...(scopes.length + groups.length > 0 ? [toGet(scopes, groups, client.preset.scopes, host)] : []),
    ...(unknown.includes('claim-absent')
      ? [
          `The token has no claim with groups. Whoever manages ${host} can add it to the tokens of this client.`,
        ]
      : []),
    ...(unknown.includes('unreadable')
      ? ['The token has its groups in a shape that ls-auth does not read: a list of names is read.']
      : []),
  ]
  return advice.length === 0 ? undefined : [...advice, ALL_CLAIMS].join(' ')
}

const lacking = (findings: readonly Finding[], what: string, as: Finding['verdict']): readonly Finding[] =>
  findings.filter(({ assertion, verdict }) => assertion === what && verdict === as)

function toGet(
  scopes: readonly string[],
  groups: readonly Finding[],
  asked: readonly string[],
  host: string,
): string {
  const names = scopes.map((scope) => `the scope ${safeText(scope, 80)}`)
  const lack = `You lack ${[...names, ...groups.map(groupText)].join(' and ')}.`
  const unasked = scopes.filter((scope) => !asked.includes(scope))
  const login = ['ls-auth login', ...unasked.map((scope) => `--scope ${shellWord(scope)}`)].join(' ')
  const them = scopes.length > 1 ? 'them' : 'it'
  // Where the sign-in asks for a scope already, asking once more gives the same token.
  const isRefused = unasked.length < scopes.length
  const people = [
    ...(isRefused ? [`whoever manages the client at ${host} can allow the scope`] : []),
    ...(groups.length > 0 ? [`whoever manages groups at ${host} can add you`] : []),
  ].join(', and ')
  if (people === '') return `${lack} Sign in again and ask for ${them}: ${login}.`
  return `${lack} ${people.replace('w', 'W')}; then sign in again: ${login}.`
}

function groupText({ values }: Finding): string {
  const names = (values.expected as readonly string[]).map((name) => safeText(name, 80))
  return names.length === 1 ? `the group ${names[0]}` : `one of the groups ${names.join(', ')}`
}

/** Whether it asks for an audience, and the token has none. */
const lacksAudience = ({ assertion, reason }: Finding): boolean =>
  assertion === 'audience' && reason === 'claim-absent'

/** What to assert of a token that has no audience, as Cognito's access tokens. Undefined: it is not about that. */
function clientInstead(findings: readonly Finding[], { identity }: Inspected): string | undefined {
  const client = identity.client.value
  if (client === undefined || !findings.some(lacksAudience)) return undefined
  return `The token names no audience. Assert its client instead: --client ${shellWord(client)}`
}

/** `ls-auth check`: prints every assertion with its result; exit 0 only when all of them pass. */
export const check: CliCommand<CheckOptions> = { read: readCheckOptions, run }

async function run(invocation: Invocation, options: CheckOptions): Promise<void> {
  const { expects, offline, fromInput } = options
  const profile = await loadOwnProfile(invocation, { anyProfile: fromInput })
  const tokens = await readTokens(invocation, profile, {
    trustedIssuers: expects.flatMap(({ issuer }) => issuer ?? []),
    offline,
    fromInput,
    use: options.use ?? profile.client.preset.useToken,
  })
  const { trusted, skewSeconds, origin } = tokens
  const { token, use } = chooseToken(options, profile, tokens)
  const verified = await verify(token, { trusted, skewSeconds, offline }, invocation.ports)
  const now = invocation.ports.clock.now() + skewSeconds * 1000
  const { client } = profile
  const { leewaySeconds } = client.preset
  const unaligned = whyNotAligned(verified, profile)
  const disagreements = judgeAlignments(verified, profile)
  const asserted = (one: Inspected) => [
    ...judgeAll(
      one,
      [client.expect ?? {}, ...expects].map((expect) => ({ ...expect, leewaySeconds })),
      now,
    ),
    ...claimAssertions(options, now, leewaySeconds).map((claim) =>
      judgeAssertion(one, one.jwt?.payload, claim),
    ),
  ]
  const alignment =
    unaligned === undefined ? [...disagreements, ...unsaid(verified, profile)] : [nothingToAlign(unaligned)]
  const findings = [...asserted(verified), ...(options.aligned ? alignment : [])]
  const verdict = verdictOf(findings)
  const unverified = whyNotVerified(verified, {
    issuer: client.issuer,
    ...(offline && { notAsked: NOT_ASKED }),
  })
  const isUnsigned = isWithoutSignature(verified) && !findings.some(isAboutSignature)
  const warnings = [
    ...(isUnsigned ? [signatureFinding(verified)] : []),
    ...(options.aligned ? [] : disagreements),
  ]
  if (globals(invocation).json) await printJson(invocation, { token: use, verdict, findings, warnings })
  else await printFindings(invocation, use, { findings, warnings }, unverified)
  if (verdict === 'pass') return
  const otherUse = use === 'id' ? 'access' : 'id'
  const other = tokens[otherUse]
  const elsewhere =
    other && saysMore(asserted(other), findings)
      ? `The ${otherUse === 'id' ? 'ID' : 'access'} token says it: ${commandLine(invocation, { use: otherUse })}`
      : undefined
  throw failed(findings, advise(findings, verified, origin, profile, offline, elsewhere))
}

/** Whether the other token says all that this one does not, where that alone keeps the check from passing. */
function saysMore(there: readonly Finding[], here: readonly Finding[]): boolean {
  const isAbsent = ({ reason }: Finding) => reason === 'claim-absent' || reason === 'opaque'
  const absent = here.filter(isAbsent)
  const rest = here.filter((one) => !isAbsent(one) && one.verdict !== 'pass')
  if (absent.length === 0 || rest.length > 0) return false
  return absent.every(({ assertion, expected }) =>
    there.some((one) => one.assertion === assertion && one.expected === expected && answers(one)),
  )
}

/** The audience of an ID token is its client: that it is another one than asked for says nothing of an API. */
const answers = ({ assertion, values, verdict }: Finding): boolean =>
  values.actual !== null && (assertion !== 'audience' || verdict !== 'fail')

const isAboutSignature = ({ assertion }: Finding): boolean => assertion === 'signature'

const NOT_ASKED = 'not checked (--offline)'

/** Why scopes and groups cannot be compared. The profile's `[access]` table is for tokens of its own issuer only. */
function whyNotAligned({ identity }: Inspected, { access, client }: Profile): string | undefined {
  if (!access) return 'the profile has no [access] table'
  return identity.issuer.value === client.issuer
    ? undefined
    : 'the token is not known to be of the issuer whose [access] table the profile has'
}

function judgeAlignments(token: Inspected, profile: Profile): Finding[] {
  const { access } = profile
  if (!access || whyNotAligned(token, profile) !== undefined) return []
  return judgeAlignment(token.identity.scopes, token.identity.groups, access)
}

/** Asked for, what the token does not say is no pass. */
function unsaid({ identity }: Inspected, { access }: Profile): Finding[] {
  return access ? unknownAlignment(identity.scopes, identity.groups, access) : []
}

/** The hint where that alone keeps the check from passing. */
function adviseAlignment(findings: readonly Finding[], { access, saved }: Profile): string | undefined {
  const rest = findings.filter(({ verdict }) => verdict !== 'pass')
  if (!rest.every(({ reason }) => reason === 'not-configured')) return undefined
  return access || !saved
    ? 'Name the profile whose [access] is meant: --profile NAME. Or leave --aligned out.'
    : 'Say what goes together: ls-auth profile set access.read.scopes NAME, and ls-auth profile set access.read.groups NAME'
}

function chooseToken(
  options: CheckOptions,
  profile: Profile,
  tokens: InspectedTokens,
): { token: Inspected; use: 'access' | 'id' } {
  const use = options.use ?? (tokens.origin === 'session' ? profile.client.preset.useToken : undefined)
  if (use === undefined) {
    return tokens.access
      ? { token: tokens.access, use: 'access' }
      : { token: tokens.id as Inspected, use: 'id' }
  }
  const token = tokens[use]
  if (token) return { token, use }
  throw new Failure('cannot-do', `there is no ${use === 'id' ? 'ID' : 'access'} token to check`, {
    hint: missing(use, tokens.origin),
  })
}

function missing(use: 'access' | 'id', origin: InspectedTokens['origin']): string {
  if (origin !== 'session')
    return use === 'id'
      ? 'The token given is no ID token: leave --use out.'
      : 'The token given is an ID token: use --use id.'
  return use === 'id'
    ? 'Ask for the scope openid and sign in again, or check the access token.'
    : 'Run it without --offline, so that one can be fetched.'
}

/** The findings of all expectations, without duplicates (each has signature and expiry). */
function judgeAll(token: Inspected, expects: readonly Expect[], now: number): Finding[] {
  const findings: Finding[] = []
  for (const finding of expects.flatMap((expect) => judge(token, expect, now))) {
    const known = findings.some(
      (one) => one.assertion === finding.assertion && one.expected === finding.expected,
    )
    if (!known) findings.push(finding)
  }
  return findings
}

function failed(findings: readonly Finding[], hint: string): Failure {
  const all = findings.length
  const [fails, unknowns] = (['fail', 'unknown'] as const).map((verdict) =>
    findings.filter((finding) => finding.verdict === verdict),
  ) as [Finding[], Finding[]]
  const names = (some: readonly Finding[]) => [...new Set(some.map(({ assertion }) => assertion))].join(', ')
  const are = unknowns.length === 1 ? 'is' : 'are'
  const what =
    fails.length === 0
      ? `${unknowns.length} of ${all} checks ${are} unknown: ${names(unknowns)}`
      : `${fails.length} of ${all} checks failed: ${names(fails)}` +
        (unknowns.length === 0 ? '' : `; ${unknowns.length} ${are} unknown: ${names(unknowns)}`)
  return new Failure('check-failed', what, { hint })
}

/** The hint for a failed check: signing in again does not help for a token from outside. */
function advise(
  findings: readonly Finding[],
  token: Inspected,
  origin: InspectedTokens['origin'],
  profile: Profile,
  offline: boolean,
  elsewhere: string | undefined,
): string {
  const session = origin === 'session'
  const isCertain = session && findings.some(({ verdict }) => verdict === 'fail')
  if ((token.opaque || token.notForUs) && !isCertain) {
    if (!session) return 'Only the API this token is for can check it; pass one that names your API.'
    const hint = hintFor(profile.client.preset.id, { error: 'opaque-token' })
    return hint ?? elsewhere ?? 'This token is opaque: only its API can read it.'
  }
  if (elsewhere !== undefined) return elsewhere
  if (token.signature === 'unverified') {
    if (offline) return '--offline leaves the signature unknown; run it without.'
    if (findings.some(({ assertion, verdict }) => assertion === 'issuer' && verdict === 'fail'))
      return 'The token is of another issuer than --issuer or the profile names: see issuer above.'
    if (hasUnknownKey(token)) return NEW_TOKEN_ONLY
    if (token.identity.issuer.value !== undefined)
      return 'The signature was not verified. If you trust the issuer, name it: --issuer URL.'
  }
  const unaligned = adviseAlignment(findings, profile)
  if (unaligned !== undefined) return unaligned
  const joined = severalInOne(findings)
  if (joined !== undefined) return joined
  const short = shortScopes(findings, apisOfToken(profile.client, token.identity.audience.value, session))
  const full = findings.filter((finding) => fullNames(finding).length > 0)
  const rest = findings.filter(
    (one) =>
      one.verdict !== 'pass' &&
      !full.includes(one) &&
      !short.some(({ asked }) => asked === one.values.expected),
  )
  const client = clientInstead(rest, token)
  const more = rest.filter((finding) => client === undefined || !lacksAudience(finding))
  const words = [
    ...short.map(inOtherWords),
    ...full.map(byFullName),
    ...(client === undefined ? [] : [client]),
  ]
  if (words.length > 0 && more.length === 0) return words.join('. ')
  const others = session
    ? (askForRights(rest, token, profile) ?? `See the findings above; ${ALL_CLAIMS}`)
    : 'See the findings above; ls-auth whoami --token - shows all claims of a token.'
  return [...words, others].join('. ')
}

const inOtherWords = ({ asked, held }: ShortScope): string =>
  `The token calls ${safeText(asked, 120)} by its last part alone, and so must check and expect: --scope ${shellWord(held)}`

function byFullName(finding: Finding): string {
  const names = fullNames(finding)
  const flags = names.map((name) => `--${finding.assertion} ${shellWord(name)}`)
  return `${fullNameNote(names.map((name) => safeText(name, 120)))}: ${flags.join(' or ')}`
}

/** `--group ops,dev`: the flag is repeated instead. Undefined: no value looks like several. */
function severalInOne(findings: readonly Finding[]): string | undefined {
  for (const { assertion, verdict, values } of findings) {
    const [value, ...others] = [values.expected].flat()
    if (verdict === 'pass' || others.length > 0 || typeof value !== 'string') continue
    if (!/^(?:group|scope|role)$/.test(assertion) || !/^[^,]+(?:,[^,]+)+$/.test(value)) continue
    const several = value.split(',').map((one) => `--${assertion} ${shellWord(one)}`)
    return `${safeText(value, 80)} is looked for as one name. Several: ${several.join(' ')}`
  }
  return undefined
}
