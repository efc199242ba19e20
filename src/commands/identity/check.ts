import { judgeAlignment } from '../../claims/access-level.ts'
import { type Assertion, judgeAssertion, parseAssertion } from '../../claims/assertion.ts'
import { type Finding, verdictOf } from '../../claims/finding.ts'
import type { Inspected } from '../../claims/inspect.ts'
import { type Expect, judge } from '../../claims/policy.ts'
import { Failure } from '../../errors.ts'
import type { Style } from '../../ports.ts'
import { hintFor } from '../../providers/hints.ts'
import { safeText } from '../../safe-text.ts'
import { verify } from '../../session/verification.ts'
import { parseDuration } from '../../settings/duration.ts'
import type { Profile } from '../../settings/profile.ts'
import { globals, type Invocation, loadProfile, printJson } from '../invocation.ts'
import { wrap } from '../wrap.ts'
import { type InspectedTokens, readTokens } from './inspected-tokens.ts'
import { whyNotVerified } from './signature-words.ts'

/** `ls-auth check`: every assertion with its answer; exit 0 only when all of them hold. */
export async function check(invocation: Invocation): Promise<void> {
  const { profile } = await loadProfile(invocation, {
    anyProfile: invocation.options.token === '-',
  })
  const asked = assertions(invocation)
  const offline = invocation.options.offline === true
  const tokens = await readTokens(invocation, profile, {
    trustedIssuers: asked.flatMap(({ issuer }) => issuer ?? []),
    offline,
  })
  const { trusted, skewSeconds, origin } = tokens
  const { token, use } = choose(invocation, profile, tokens)
  const verified = await verify(token, { trusted, skewSeconds, offline }, invocation.ports)
  const now = invocation.ports.clock.now() + skewSeconds * 1000
  const { client } = profile
  const { leewaySeconds } = client.preset
  const findings = [
    ...judgeAll(
      verified,
      [client.expect ?? {}, ...asked].map((one) => ({ ...one, leewaySeconds })),
      now,
    ),
    ...claimAssertions(invocation, now).map((one) => judgeAssertion(verified, verified.jwt?.payload, one)),
    ...alignment(verified, profile),
  ]
  const verdict = verdictOf(findings)
  if (globals(invocation).json) await printJson(invocation, { token: use, verdict, findings })
  else await print(invocation, use, findings, whyNotVerified(verified, { issuer: client.issuer, offline }))
  if (verdict !== 'pass') {
    throw failed(findings, advise(verified, origin, profile, offline))
  }
}

/** What scopes and groups amount to is the profile's to say, about tokens of its own issuer. */
function alignment({ identity }: Inspected, { access, client }: Profile): Finding[] {
  if (!access || identity.issuer.value !== client.issuer) return []
  return judgeAlignment(identity.scopes.value, identity.groups.value, access)
}

const VALUES = ['issuer', 'audience', 'scope', 'group', 'role', 'client', 'sub', 'claim', 'acr', 'amr']

/** A variable that a script forgot to set must not turn an assertion into none. */
function refuseEmpty({ options }: Invocation): void {
  for (const name of VALUES) {
    if (![options[name]].flat().some((value) => typeof value === 'string' && value.trim() === '')) continue
    throw new Failure('usage', `--${name} is empty`, { hint: 'Give it a value, or leave it out.' })
  }
}

/** The flags as expectations: one for each value that must hold by itself. */
function assertions(invocation: Invocation): Expect[] {
  refuseEmpty(invocation)
  const { issuer, audience, scope, group, role, client, sub, minTtl, maxLifetime } = invocation.options
  const list = (value: unknown) => value as string[] | undefined
  const expects: Expect[] = []
  const [issuers, audiences] = [list(issuer), list(audience)]
  if (issuers) expects.push({ issuer: issuers })
  if (audiences) expects.push({ audience: audiences })
  const scopes = list(scope)
    ?.flatMap((value) => value.split(/\s+/))
    .filter(Boolean)
  if (scopes) expects.push({ scopes })
  for (const one of list(group) ?? []) expects.push({ groups: [one] })
  for (const one of list(role) ?? []) expects.push({ roles: [one] })
  const clients = list(client)
  if (clients) expects.push({ client: clients })
  if (typeof sub === 'string') expects.push({ sub })
  if (typeof maxLifetime === 'string') {
    expects.push({ maxTokenLifetimeSeconds: parseDuration(maxLifetime, '--max-lifetime') })
  }
  if (typeof minTtl === 'string') expects.push({ minTtlSeconds: parseDuration(minTtl, '--min-ttl') })
  return expects
}

/** Assertions about single claims: `--claim`, and those that stand for one (`--acr`, `--amr`, `--max-age`). */
function claimAssertions(invocation: Invocation, now: number): Assertion[] {
  const { claim, acr, amr, maxAge } = invocation.options
  const list = (value: unknown) => (value as string[] | undefined) ?? []
  const oldest = typeof maxAge === 'string' ? now / 1000 - parseDuration(maxAge, '--max-age') : undefined
  return [
    ...list(claim).map(parseAssertion),
    ...(typeof acr === 'string' ? [{ path: 'acr', operator: '==' as const, value: acr }] : []),
    ...list(amr).map((value) => ({ path: 'amr', operator: 'contains' as const, value })),
    ...(oldest === undefined
      ? []
      : [
          {
            path: 'auth_time',
            operator: '>=' as const,
            value: String(Math.floor(oldest)),
            meaning: `signed in at most ${maxAge} ago`,
          },
        ]),
  ]
}

function choose(
  invocation: Invocation,
  profile: Profile,
  tokens: InspectedTokens,
): { token: Inspected; use: 'access' | 'id' } {
  const use = (invocation.options.use ??
    (tokens.origin === 'session' ? profile.client.preset.useToken : undefined)) as 'access' | 'id' | undefined
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

/** Expectations one after the other, without repeating what holds for each of them (signature, expiry). */
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

async function print(
  invocation: Invocation,
  use: string,
  findings: readonly Finding[],
  unverified: string | undefined,
): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...findings.map(({ assertion }) => assertion.length))
  const lines = findings.map((finding) => {
    const signature = finding.assertion === 'signature'
    const shown = signature && unverified !== undefined ? { ...finding, actual: unverified } : finding
    return line(shown, width, terminal.columns, style)
  })
  await terminal.out(`${use === 'id' ? 'ID token' : 'access token'}\n${lines.join('\n')}\n`)
}

/** One line where it fits, else what is held goes below what is expected. */
function line(finding: Finding, width: number, columns: number, style: Style): string {
  const { assertion, expected, actual, verdict, reason, source, note } = finding
  const mark = { pass: style.green('pass   '), fail: style.red('FAIL   '), unknown: style.yellow('unknown') }[
    verdict
  ]
  const indent = ' '.repeat(13 + width)
  const from = source ? `  [${safeText(source, 60)}]` : ''
  const why = reason ? ` (${reason})` : ''
  const lead = assertion === 'signature' ? '' : 'held: '
  const held = verdict === 'pass' ? '' : `${lead}${safeText(actual, 400)}${why}`
  const wanted = safeText(expected, 160)
  const fits = indent.length + wanted.length + held.length + from.length + 2 <= columns
  const below = (text: string) =>
    `\n${indent}${wrap(text, columns - indent.length).replaceAll('\n', `\n${indent}`)}`
  const said = held === '' ? '' : fits ? `  ${held}` : below(held)
  const more = note && verdict !== 'pass' ? below(note) : ''
  return `  ${mark}  ${assertion.padEnd(width)}  ${wanted}${said}${style.dim(from)}${more}`
}

function failed(findings: readonly Finding[], hint: string): Failure {
  const count = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).length
  const [fails, unknowns] = [count('fail'), count('unknown')]
  const parts = [...(fails ? [`${fails} false`] : []), ...(unknowns ? [`${unknowns} unknown`] : [])]
  return new Failure('check-failed', `${parts.join(' and ')} of ${findings.length} assertions`, { hint })
}

/** The next step, for the token that was looked at: one from outside is not mended by signing in. */
function advise(
  token: Inspected,
  origin: InspectedTokens['origin'],
  profile: Profile,
  offline: boolean,
): string {
  const session = origin === 'session'
  if (token.opaque || token.notForUs) {
    if (!session) return 'Only the API this token is for can check it; pass one that names your API.'
    const hint = hintFor(profile.client.preset.id, { error: 'opaque-token' })
    return hint ?? 'This token is opaque: only its API can read it. Try --use id.'
  }
  if (token.signature === 'unverified') {
    if (offline) return '--offline leaves the signature unknown; run it without.'
    if (token.identity.issuer.value !== undefined)
      return 'The signature was not verified. If you trust the issuer, name it: --issuer URL.'
  }
  return session
    ? 'See the findings above; ls-auth whoami shows all claims.'
    : 'See the findings above; ls-auth whoami --token - shows all claims of a token.'
}
