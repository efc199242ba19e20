import { judgeAlignment, nothingToAlign, unknownAlignment } from '../claims/access-level.ts'
import { judgeAssertion, oldestSignIn, parseAssertion } from '../claims/assertion.ts'
import { type Finding, verdictOf } from '../claims/finding.ts'
import type { Inspected } from '../claims/inspect.ts'
import { isWithoutSignature, judge, signatureFinding } from '../claims/policy.ts'
import { commandLine } from '../commands/command-line.ts'
import { type InspectedTokens, loadOwnProfile, readTokens } from '../commands/inspected-tokens.ts'
import { Failure } from '../errors.ts'
import { drawnBlock } from '../frame/answer.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool, choice, type Flags, repeated, text, texts, type ValuesOf, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { verify } from '../session/verification.ts'
import { parseDuration } from '../settings/duration.ts'
import type { Profile } from '../settings/profile.ts'
import { failedCheck, findingLines } from './check-answer.ts'
import { fromInput, TOKEN_IN_PLACE } from './flags.ts'
import { whyNotVerified } from './signature-words.ts'

const seconds = (help: string) => value('<duration>', help, parseDuration)

const flags = {
  issuer: texts('<url>', 'issued by this provider (repeatable: one of them)', { alias: 'iss' }),
  audience: texts('<name>', 'for this audience (repeatable: one of them)', { alias: 'aud' }),
  scope: texts('<name>', 'with this scope (repeatable: all of them)'),
  group: texts('<name>', 'for a user in this group (repeatable: all of them)'),
  role: texts('<name>', 'for a user with this role (repeatable: all of them)'),
  client: texts('<id>', 'issued to this client (repeatable: one of them)'),
  sub: text('<id>', 'for this subject (* matches any text)'),
  claim: repeated(
    '<assertion>',
    "any claim: 'path operator value', with ==, !=, >, >=, <, <=, contains or exists; != on a list means that no item is the value (repeatable: all of them)",
    (typed) => typed.map(parseAssertion),
  ),
  acr: text('<value>', 'signed in with this context class (acr)'),
  amr: texts('<value>', 'signed in by this method (repeatable: all of them)'),
  maxAge: value('<duration>', 'signed in at most this long ago', (typed, name) => ({
    seconds: parseDuration(typed, name),
    typed,
  })),
  minTtl: seconds('valid for at least this long'),
  maxLifetime: seconds('issued for at most this long'),
  aligned: bool('fail unless scopes and groups agree with [access] of the profile (else warn)'),
  offline: bool('no network and no renewal; signatures stay unknown'),
  use: choice('<kind>', 'which token', ['id', 'access']),
  token: fromInput('check'),
} as const satisfies Flags

/** `ls-auth check`: every assertion about a token with its result; exit 0 only when all of them pass. */
export const check = verb({
  summary: 'verify the claims of your token: exit 5 when one is false or unknown',
  flags,
  formats: [],
  variables: [
    ['LS_AUTH_TOKEN', `${TOKEN_IN_PLACE}; the provider is asked for its keys, and with --offline not at all`],
  ],
  exits: [...OF_A_SESSION, 5],
  examples: [
    { does: 'what the profile expects', line: 'ls-auth check' },
    {
      does: 'in CI: stop unless the token can read traces',
      line: 'ls-auth check --audience api://traces --scope traces:read --min-ttl 5m',
    },
    { does: 'any other claim', line: "ls-auth check --use id --claim 'email_verified == true'" },
    {
      does: 'a token from elsewhere',
      line: 'cat token.txt | ls-auth check --token - --issuer https://login.acme.example',
    },
  ],
  async run(invocation, asserted) {
    const { token: isGiven, use: wanted, offline, aligned } = asserted
    const profile = await loadOwnProfile(invocation, { anyProfile: isGiven })
    const { client, access } = profile
    const tokens = await readTokens(invocation, profile, {
      trustedIssuers: asserted.issuer,
      offline,
      fromInput: isGiven,
      use: wanted ?? client.preset.useToken,
    })
    const { trusted, skewSeconds, origin } = tokens
    const [use, token] = choose(wanted, profile, tokens)
    const verified = await verify(token, { trusted, skewSeconds, offline }, invocation.ports)
    const now = invocation.ports.clock.now() + skewSeconds * 1000
    // The profile's [access] table is for tokens of its own issuer only.
    const table = verified.identity.issuer.value === (client.server ?? client).issuer ? access : undefined
    const { scopes, groups } = verified.identity
    const disagreements = table ? judgeAlignment(scopes, groups, table) : []
    const alignment = table
      ? [...disagreements, ...unknownAlignment(scopes, groups, table)]
      : [
          nothingToAlign(
            access
              ? "the token may not come from the issuer of the profile's [access] table"
              : 'the profile has no [access] table',
          ),
        ]
    const judged = (one: Inspected) => judgeAll(one, asserted, profile, now)
    const findings = [...judged(verified), ...(aligned ? alignment : [])]
    const isUnsigned = isWithoutSignature(verified) && !findings.some(isAboutSignature)
    const warnings = [...(isUnsigned ? [signatureFinding(verified)] : []), ...(aligned ? [] : disagreements)]
    const verdict = verdictOf(findings)
    const notAsked = offline ? 'not checked (--offline)' : undefined
    const unverified = whyNotVerified(verified, { issuer: client.issuer, notAsked })
    const otherUse = use === 'id' ? 'access' : 'id'
    const other = tokens[otherUse]
    const elsewhere =
      other && verdict !== 'pass' && saysMore(judged(other), findings)
        ? `The ${otherUse === 'id' ? 'ID' : 'access'} token says it: ${commandLine(invocation, { use: otherUse })}`
        : undefined
    return {
      data: {
        rows: findings,
        row: (finding: Finding) => finding,
        whole: (all) => ({ token: use, verdict, findings: all, warnings }),
      },
      blocks: [drawnBlock((pen) => findingLines(use, findings, warnings, unverified, pen))],
      failure:
        verdict === 'pass'
          ? undefined
          : failedCheck(findings, {
              token: verified,
              isOurs: origin === 'session',
              profile,
              offline,
              elsewhere,
            }),
    }
  },
})

/** Whether the other token says all that this one does not, where that alone keeps the check from passing. */
const saysMore = (there: readonly Finding[], here: readonly Finding[]): boolean =>
  here.every(
    ({ verdict, reason, assertion, expected }) =>
      verdict === 'pass' ||
      ((reason === 'claim-absent' || reason === 'opaque') &&
        there.some(
          (one) =>
            one.assertion === assertion &&
            one.expected === expected &&
            one.values.actual !== null &&
            // The audience of an ID token is its client: that it is another one than asked for says nothing of an API.
            (assertion !== 'audience' || one.verdict !== 'fail'),
        )),
  )

const isAboutSignature = ({ assertion }: Finding): boolean => assertion === 'signature'

function choose(
  wanted: 'access' | 'id' | undefined,
  { client }: Profile,
  tokens: InspectedTokens,
): readonly ['access' | 'id', Inspected] {
  const isOurs = tokens.origin === 'session'
  const use = wanted ?? (isOurs ? client.preset.useToken : tokens.access ? 'access' : 'id')
  const token = tokens[use]
  if (token) return [use, token]
  throw new Failure('cannot-do', `there is no ${use === 'id' ? 'ID' : 'access'} token to check`, {
    hint: isOurs
      ? use === 'id'
        ? 'Request the scope openid and sign in again, or check the access token.'
        : 'Run it without --offline to fetch one.'
      : `The token given is an ${use === 'id' ? 'access' : 'ID'} token: use --use ${use === 'id' ? 'access' : 'id'}.`,
  })
}

/** The findings of the profile's policy and of all flags, without duplicates: each policy has signature and expiry. */
function judgeAll(
  token: Inspected,
  asserted: ValuesOf<typeof flags>,
  { client }: Profile,
  now: number,
): Finding[] {
  const { issuer, audience, scope, group, role, sub, claim, acr, amr, maxAge } = asserted
  const { leewaySeconds } = client.preset
  const scopes = scope.flatMap((one) => one.split(/\s+/)).filter(Boolean)
  const expects = [
    client.expect ?? {},
    { issuer },
    { audience },
    { scopes },
    ...group.map((one) => ({ groups: [one] })),
    ...role.map((one) => ({ roles: [one] })),
    { client: asserted.client },
    ...(sub === undefined ? [] : [{ sub }]),
    ...(asserted.maxLifetime === undefined ? [] : [{ maxTokenLifetimeSeconds: asserted.maxLifetime }]),
    ...(asserted.minTtl === undefined ? [] : [{ minTtlSeconds: asserted.minTtl }]),
  ]
  const findings = new Map<string, Finding>()
  for (const finding of expects.flatMap((expect) => judge(token, { ...expect, leewaySeconds }, now))) {
    const key = `${finding.assertion}\n${finding.expected}`
    if (!findings.has(key)) findings.set(key, finding)
  }
  const claims = [
    ...claim,
    ...(acr === undefined ? [] : [{ path: 'acr', operator: '==' as const, value: acr }]),
    ...amr.map((one) => ({ path: 'amr', operator: 'contains' as const, value: one })),
    ...(maxAge === undefined ? [] : [oldestSignIn(maxAge, now, leewaySeconds)]),
  ]
  return [...findings.values(), ...claims.map((one) => judgeAssertion(token, token.jwt?.payload, one))]
}
