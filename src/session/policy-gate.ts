import type { Finding } from '../claims/finding.ts'
import type { Inspected } from '../claims/inspect.ts'
import { fullNameNote, fullNames, judge, type ShortScope, shortScopes } from '../claims/policy.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { apisOfToken } from '../providers/scope-names.ts'
import { safeText } from '../text/safe-text.ts'
import type { Provider } from './protocol/provider.ts'
import type { Tokens } from './protocol/tokens.ts'
import type { SessionBody, StoredToken } from './store/session-file.ts'
import { inspectOwn, issuerOf, type VerifyOptions, verify } from './verification.ts'

/**
 * Checks a new token against the profile's policy: a failed finding rejects it, an unknown one is a warning (or rejects
 * it too, with `expect.strict`). Runs before anything is stored, and again at every refresh. `answer`: the rest of the
 * token response. Failures: `not-allowed`, and those of {@link verify}.
 */
export async function gate(
  client: Client,
  token: string,
  answer: {
    readonly tokens: Pick<Tokens, 'jwks' | 'receivedAt' | 'expiresIn' | 'skewSeconds'>
    readonly scope: string | undefined
    /** No person has signed in: the session continues, with what else the answer brought. */
    readonly isRenewal?: true
    /** Left out for a token that is not from this provider's token endpoint. */
    readonly metadata?: Provider['metadata']
  },
  whenUnreachable: VerifyOptions['whenUnreachable'],
  ports: Ports,
): Promise<readonly Finding[]> {
  if (!client.expect) return []
  const { jwks, receivedAt, expiresIn, skewSeconds } = answer.tokens
  const expiry = receivedAt / 1000 + skewSeconds + expiresIn
  const { metadata } = answer
  const sent = metadata && { metadata: { value: metadata, fetchedAt: receivedAt }, ...(jwks && { jwks }) }
  const verified = await verify(
    inspectOwn(client, token, answer.scope, expiry),
    { trusted: [issuerOf(client, sent)], skewSeconds, ...(whenUnreachable && { whenUnreachable }) },
    ports,
  )
  const expect = { ...client.expect, leewaySeconds: client.preset.leewaySeconds }
  const findings = judge(verified, expect, receivedAt + skewSeconds * 1000)
  const broken = findings.filter((finding) => isBroken(finding, expect))
  if (broken.length > 0) throw refusal(broken, verified, client, answer.isRenewal ? 'renewed' : 'new')
  return findings.filter(({ verdict }) => verdict === 'unknown')
}

/** The client for a token of fewer scopes, with only these expected: the rest is as for the usual one. */
export function forFewerScopes(client: Client): Client {
  if (!client.expect) return client
  const { scopes: _, ...expect } = client.expect
  return { ...client, expect }
}

/**
 * Checks a token of the session where it is handed out, without a request: another profile may have signed in, or before the
 * policy. It is judged as at its receipt, by its content: the signature of the provider's own tokens was checked then. Failure
 * `not-allowed`.
 */
export function gateKept(client: Client, token: StoredToken, body: SessionBody): void {
  if (!client.expect) return
  const { skewSeconds, grantedScope } = body
  const received = token.receivedAt + skewSeconds * 1000
  const scope = grantedScope ?? client.preset.scopes.join(' ')
  const inspected = inspectOwn(client, token.value, scope, received / 1000 + token.expiresIn)
  const isOurs = inspected.signature === 'unverified' && !inspected.notForUs
  const expected = token.scopes === '' ? client : forFewerScopes(client)
  const expect = { ...expected.expect, leewaySeconds: client.preset.leewaySeconds }
  const findings = judge(isOurs ? { ...inspected, signature: 'verified' } : inspected, expect, received)
  const broken = findings.filter((finding) => isBroken(finding, expect))
  if (broken.length > 0) throw refusal(broken, inspected, client, 'kept')
}

/** A claim that is readable in part, and whose readable part is not enough, fails: no odd item in a list lets it pass. */
const isBroken = (finding: Finding, { strict }: { readonly strict?: boolean }): boolean =>
  finding.verdict === 'fail' || (finding.verdict === 'unknown' && (strict === true || isOfPart(finding)))

/** None of the items of a list fits, and there are others that cannot be read. */
const isOfPart = ({ reason, values }: Finding): boolean =>
  reason === 'unreadable' && Array.isArray(values.actual)

const inOtherWords = ({ asked, held }: ShortScope): string =>
  `The token calls ${safeText(asked, 120)} by its last part alone: expect ${safeText(held, 120)}. `

const byFullName = (names: readonly string[]): string =>
  `${fullNameNote(names.map((name) => safeText(name, 120)))}. `

const NAMES = {
  new: 'the provider signed you in, but the token',
  renewed: 'the renewed token',
  kept: 'the token of your sign-in',
}

function refusal(
  findings: readonly Finding[],
  { identity }: Inspected,
  client: Client,
  which: keyof typeof NAMES,
): Failure {
  const apis = apisOfToken(client, identity.audience.value, true)
  const token = client.workload && which === 'new' ? 'the token' : NAMES[which]
  const kept =
    which !== 'new'
      ? 'You stay signed in, and ls-auth does not use that token.'
      : 'Nothing was stored. An earlier sign-in is unchanged.'
  const full = findings.map(fullNames).filter(({ length }) => length > 0)
  const ask =
    full.length === findings.length
      ? 'Mend'
      : "Ask the provider's administrator for the missing values, or change"
  const words = [...shortScopes(findings, apis).map(inOtherWords), ...full.map(byFullName)].join('')
  return new Failure('not-allowed', `${token} does not match this profile's expectations`, {
    detail: findings.map(
      ({ assertion, expected, actual, reason }) =>
        `${assertion}: required ${safeText(expected, 120)}, held ${safeText(actual, 120)}${reason ? ` (${reason})` : ''}`,
    ),
    hint: `${words}${ask} expect in the profile. ${kept}`,
  })
}
