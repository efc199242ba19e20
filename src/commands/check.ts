import { type Assertion, judgeAssertion, parseAssertion } from '../claims/assertion.ts'
import { type Finding, verdictOf } from '../claims/finding.ts'
import type { Inspected } from '../claims/inspect.ts'
import { type Expect, judge } from '../claims/policy.ts'
import { Failure } from '../errors.ts'
import type { Style } from '../ports.ts'
import { safeText } from '../safe-text.ts'
import { parseDuration } from '../settings/duration.ts'
import type { Profile } from '../settings/profile.ts'
import { globals, type Invocation, loadProfile, printJson } from './invocation.ts'
import { readSubjects, type Subjects } from './subject.ts'

/** `ls-auth check`: every assertion with its answer; exit 0 only when all of them hold. */
export async function check(invocation: Invocation): Promise<void> {
  const { settings, profile } = await loadProfile(invocation)
  const asked = assertions(invocation)
  const subjects = await readSubjects(
    invocation,
    profile,
    settings,
    asked.flatMap(({ issuer }) => issuer ?? []),
  )
  const { subject, use } = choose(invocation, profile, subjects)
  const offline = invocation.options.offline === true
  const verified = await subjects.verify(subject, { offline, anew: false })
  const now = invocation.ports.clock.now() + subjects.skewSeconds * 1000
  const findings = [
    ...judgeAll(verified, [profile.expect ?? {}, ...asked], now),
    ...claimAssertions(invocation, now).map((one) => judgeAssertion(verified, verified.jwt?.payload, one)),
  ]
  const verdict = verdictOf(findings)
  if (globals(invocation).json) await printJson(invocation, { token: use, verdict, findings })
  else await print(invocation, use, findings)
  if (verdict !== 'pass') throw failed(findings, verified)
}

/** The flags as expectations: one for each value that must hold by itself. */
function assertions(invocation: Invocation): Expect[] {
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
      : [{ path: 'auth_time', operator: '>=' as const, value: String(Math.floor(oldest)) }]),
  ]
}

function choose(
  invocation: Invocation,
  profile: Profile,
  subjects: Subjects,
): { subject: Inspected; use: 'access' | 'id' } {
  const use = (invocation.options.use ?? (subjects.origin === 'session' ? profile.useToken : undefined)) as
    | 'access'
    | 'id'
    | undefined
  if (use === undefined) {
    return subjects.access
      ? { subject: subjects.access, use: 'access' }
      : { subject: subjects.id as Inspected, use: 'id' }
  }
  const subject = subjects[use]
  if (subject) return { subject, use }
  throw new Failure('cannot-do', `there is no ${use === 'id' ? 'ID' : 'access'} token to check`, {
    hint:
      use === 'id'
        ? 'Ask for the scope openid and sign in again, or check the access token.'
        : 'The token given is an ID token: use --use id.',
  })
}

/** Expectations one after the other, without repeating what holds for each of them (signature, expiry). */
function judgeAll(subject: Inspected, expects: readonly Expect[], now: number): Finding[] {
  const findings: Finding[] = []
  for (const finding of expects.flatMap((expect) => judge(subject, expect, now))) {
    const known = findings.some(
      (one) => one.assertion === finding.assertion && one.expected === finding.expected,
    )
    if (!known) findings.push(finding)
  }
  return findings
}

async function print(invocation: Invocation, use: string, findings: readonly Finding[]): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...findings.map(({ assertion }) => assertion.length))
  const lines = findings.map((finding) => line(finding, width, style))
  await terminal.out(`${use === 'id' ? 'ID token' : 'access token'}\n${lines.join('\n')}\n`)
}

function line(finding: Finding, width: number, style: Style): string {
  const { assertion, expected, actual, verdict, reason, source, note } = finding
  const mark = { pass: style.green('pass   '), fail: style.red('FAIL   '), unknown: style.yellow('unknown') }[
    verdict
  ]
  const held = verdict === 'pass' ? '' : `  held: ${safeText(actual, 160)}`
  const why = reason ? ` (${reason})` : ''
  const from = source ? style.dim(`  [${safeText(source, 60)}]`) : ''
  const more = note && verdict !== 'pass' ? `\n           ${note}` : ''
  return `  ${mark}  ${assertion.padEnd(width)}  ${safeText(expected, 160)}${held}${why}${from}${more}`
}

function failed(findings: readonly Finding[], subject: Inspected): Failure {
  const count = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).length
  const [fails, unknowns] = [count('fail'), count('unknown')]
  const parts = [...(fails ? [`${fails} false`] : []), ...(unknowns ? [`${unknowns} unknown`] : [])]
  const unverified = subject.signature === 'unverified' && !subject.opaque
  return new Failure('check-failed', `${parts.join(' and ')} of ${findings.length} assertions`, {
    hint: subject.opaque
      ? 'This token is opaque: only its API can read it. Try --use id.'
      : unverified
        ? 'The signature was not verified: name the issuer with --issuer, or run without --offline.'
        : 'See the findings above; ls-auth whoami shows all claims.',
  })
}
