import { instant, wholeDuration } from '../text/duration.ts'
import { quoted } from './claim-shape.ts'
import { asUnknown, type ComparedValues, type Finding, REASONS } from './finding.ts'
import type { TokenKind } from './kind.ts'
import { type ClaimValue, type Identity, RESPONSE_SOURCE } from './normalise.ts'

/**
 * The claims a token is expected to have. A key that is missing, or an empty list,
 * asserts nothing. Comparison is exact: case and trailing slashes matter.
 */
export interface Expect extends LifetimeLimits {
  /** Any of these. */
  readonly issuer?: readonly string[]
  /** At least one of these is among the token's audiences. */
  readonly audience?: readonly string[]
  /** All of these. */
  readonly scopes?: readonly string[]
  /** At least one of these. */
  readonly groups?: readonly string[]
  /** At least one of these. */
  readonly roles?: readonly string[]
  /** Any of these. */
  readonly client?: readonly string[]
  /** The subject as `whoami` shows it; `*` is a wildcard. Unique within its issuer only, so assert `issuer` too. */
  readonly sub?: string
  /** For the caller: reject the token on `unknown` as well as on `fail`. */
  readonly strict?: boolean
}

/** A token as the policy sees it. */
export interface KnownToken {
  readonly identity: Identity
  readonly kind: TokenKind
  /** No claims can be read: not a JWT, or an encrypted or broken one. */
  readonly opaque: boolean
  readonly signature: 'verified' | 'unverified' | 'bad'
  /** Meant for the provider's own API: its signature cannot be checked here, so it is treated as opaque. */
  readonly notForUs?: boolean
  /** `scope` of the token response, for a token that has no scopes itself. */
  readonly responseScope?: string
  /** An opaque token that the provider sent itself: when it ends by the token response. */
  readonly responseExpiry?: number
}

/**
 * Evaluates every assertion, plus three for any usable token: signature, expiry, and that it isn't a refresh or logout token.
 * `now`: milliseconds since the epoch. An opaque token from the provider itself has no signature to check: there is a finding
 * about it only with `strict`.
 *
 * A claim that would pass is `unknown` while the signature is unverified, and every claim is when it is bad; a claim that
 * fails, fails in any case. Scopes and expiry of an opaque token come from the token response, which is authenticated by TLS,
 * so they can pass.
 */
export function judge(token: KnownToken, expect: Expect, now: number): Finding[] {
  const claims = [
    ...kindFindings(token.kind),
    ...judgeLifetime(token.identity, expect, now),
    ...whoFindings(token.identity, expect),
    ...mayFindings(token, expect),
  ]
  const judged = expect.strict || !isWithoutSignature(token) ? [signatureFinding(token)] : []
  return [...judged, ...claims.map((finding) => weigh(finding, token))]
}

/** Whether there is no signature by the nature of the token: opaque, and from the provider's own token endpoint. */
export const isWithoutSignature = ({ opaque, responseExpiry }: KnownToken): boolean =>
  opaque && responseExpiry !== undefined

/** The finding about the signature. */
export function signatureFinding({ opaque, notForUs, signature }: KnownToken): Finding {
  const finding = {
    assertion: 'signature',
    expected: "made with one of the provider's keys",
    actual: signature,
    values: { operator: '==', expected: 'verified', actual: opaque ? null : signature },
  } as const
  if (signature === 'bad') return { ...finding, verdict: 'fail' }
  if (opaque) return asUnknown({ ...finding, actual: 'nothing to verify' }, 'opaque')
  return signature === 'verified'
    ? { ...finding, verdict: 'pass' }
    : asUnknown(finding, notForUs ? 'opaque' : 'unverified-signature')
}

function kindFindings(kind: TokenKind): Finding[] {
  if (kind !== 'refresh' && kind !== 'logout') return []
  const values = { operator: 'any-of', expected: ['access', 'id'], actual: [kind] } as const
  return [
    {
      assertion: 'kind',
      expected: 'an access or ID token',
      actual: `a ${kind} token`,
      verdict: 'fail',
      values,
    },
  ]
}

const URI_SCHEME = 'api://'

function whoFindings(identity: Identity, expect: Expect): Finding[] {
  const findings: Finding[] = []
  if (expect.issuer?.length) findings.push(anyOf('issuer', expect.issuer, listed(identity.issuer)))
  if (expect.audience?.length) {
    const finding = anyOf('audience', expect.audience, identity.audience)
    // Some providers' access tokens have no audience; the client can be asserted instead.
    const absent = identity.audience.value === undefined && identity.client.value !== undefined
    // Some tokens name an API by its id instead of its URI: explained in a note, never accepted.
    const bare = expect.audience.some((one) =>
      identity.audience.value?.some((held) => one === `${URI_SCHEME}${held}`),
    )
    const note = absent
      ? 'this token names no audience; its client can be asserted instead'
      : finding.verdict === 'fail' && bare
        ? `this token names the API by its id alone: expect it without ${URI_SCHEME}`
        : undefined
    findings.push(note === undefined ? finding : { ...finding, note })
  }
  if (expect.client?.length) findings.push(anyOf('client', expect.client, listed(identity.client)))
  const { sub } = expect
  if (sub !== undefined) {
    const finding = answer(
      'subject',
      sub,
      listed(identity.subject),
      { operator: 'like', expected: sub },
      ([id]) => matchesWildcard(sub, id as string),
    )
    findings.push(
      expect.issuer?.length ? finding : { ...finding, note: 'a subject is unique within its issuer only' },
    )
  }
  return findings
}

function mayFindings(token: KnownToken, expect: Expect): Finding[] {
  const { identity } = token
  const scopes = scopesOf(token)
  const note =
    token.kind === 'id' && scopes.value === undefined
      ? { note: 'an ID token carries no scopes: the API decides by audience, client and claims' }
      : {}
  // One finding for each scope, so that each missing scope has its own line.
  const findings: Finding[] = (expect.scopes ?? []).map((scope) => ({
    ...answer('scope', scope, scopes, { operator: 'contains', expected: scope }, (held) =>
      held.includes(scope),
    ),
    ...note,
  }))
  if (expect.groups?.length) findings.push(named(anyOf('group', expect.groups, identity.groups)))
  if (expect.roles?.length) findings.push(named(anyOf('role', expect.roles, identity.roles)))
  return findings
}

/** With a note where it is held by a longer name. */
function named(finding: Finding): Finding {
  const words = fullNameNote(fullNames(finding))
  return words === undefined ? finding : { ...finding, note: `${words}.` }
}

function anyOf(assertion: string, wanted: readonly string[], held: ClaimValue<readonly string[]>): Finding {
  const expected = wanted.length === 1 ? `${wanted[0]}` : `any of: ${wanted.join(', ')}`
  return answer(assertion, expected, held, { operator: 'any-of', expected: wanted }, (values) =>
    values.some((value) => wanted.includes(value)),
  )
}

function answer(
  assertion: string,
  expected: string,
  held: ClaimValue<readonly string[]>,
  compared: Pick<ComparedValues, 'operator' | 'expected'>,
  holds: (values: readonly string[]) => boolean,
): Finding {
  const values = { ...compared, actual: held.value ?? null }
  const finding = { assertion, expected, actual: 'unknown', values }
  if (held.value === undefined) return asUnknown(finding, REASONS[held.status])
  const report = { ...finding, actual: shortList(held.value), source: held.source }
  if (holds(held.value)) return { ...report, verdict: 'pass' }
  return held.isPart ? asUnknown(report, 'unreadable') : { ...report, verdict: 'fail' }
}

/** A finding about a claim in the light of the signature: see {@link judge}. */
export function weigh(finding: Finding, { opaque, notForUs, signature }: KnownToken): Finding {
  if (signature === 'bad') return asUnknown(finding, 'bad-signature')
  if (opaque) return finding.source === RESPONSE_SOURCE ? finding : asUnknown(finding, 'opaque')
  return signature === 'unverified' && finding.verdict === 'pass'
    ? asUnknown(finding, notForUs ? 'opaque' : 'unverified-signature')
    : finding
}

function scopesOf({ identity, responseScope }: KnownToken): ClaimValue<readonly string[]> {
  const { scopes } = identity
  const isKnown = scopes.value !== undefined || scopes.status === 'unreadable'
  if (isKnown || responseScope === undefined) return scopes
  return { value: responseScope.split(' ').filter((scope) => scope !== ''), source: RESPONSE_SOURCE }
}

function listed(held: ClaimValue<string>): ClaimValue<readonly string[]> {
  return held.value === undefined ? held : { value: [held.value], source: held.source }
}

/** Wildcard match: `*` is any text. By `indexOf` without backtracking, so that a hostile subject cannot cause ReDoS. */
function matchesWildcard(pattern: string, text: string): boolean {
  const [head, ...rest] = pattern.split('*') as [string, ...string[]]
  const tail = rest.pop()
  if (tail === undefined) return pattern === text
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false
  let middle = text.slice(head.length, text.length - tail.length)
  for (const part of rest) {
    const at = middle.indexOf(part)
    if (at < 0) return false
    middle = middle.slice(at + part.length)
  }
  return true
}

function shortList(values: readonly string[]): string {
  if (values.length === 0) return 'none'
  const shown = values.slice(0, 20).map(quoted).join(', ')
  return values.length > 20 ? `${shown} and ${values.length - 20} more` : shown
}

/** A scope in two spellings: as the request and as the token has it. */
export interface ShortScope {
  readonly asked: string
  readonly held: string
}

/**
 * Scopes that fail for their spelling alone: Entra wants a scope with its API before it (`api://traces/read`), and writes
 * its last part alone into the token (`read`). `apis`: what the API of the token is called; the last part of a scope of
 * another API is another scope.
 */
export const shortScopes = (findings: readonly Finding[], apis: readonly string[]): readonly ShortScope[] =>
  findings.flatMap(({ assertion, verdict, values: { expected, actual } }) => {
    if (assertion !== 'scope' || verdict !== 'fail' || typeof expected !== 'string') return []
    const end = expected.lastIndexOf('/')
    const held = expected.slice(end + 1)
    const isOfToken = end > 0 && apis.some((api) => plain(api) === plain(expected.slice(0, end)))
    return isOfToken && Array.isArray(actual) && actual.includes(held) ? [{ asked: expected, held }] : []
  })

/** In a token the API of `api://X/…` may be called `X`. */
const plain = (api: string): string => api.replace(/^api:\/\//, '').replace(/\/$/, '')

/**
 * The names by which a token may have what fails for its spelling alone. Keycloak's roles have their realm or client before
 * them (`realm:reader`), and its groups their path (`/acme/eng`). It is a hint and never accepted: `billing:admin` isn't
 * `admin`.
 */
export function fullNames({ assertion, verdict, values: { expected, actual } }: Finding): readonly string[] {
  if (verdict !== 'fail' || (assertion !== 'role' && assertion !== 'group')) return []
  if (!Array.isArray(expected) || !Array.isArray(actual)) return []
  const isOneOf = (held: unknown) =>
    expected.some((name) => name !== '' && [`:${name}`, `/${name}`].some((end) => `${held}`.endsWith(end)))
  return actual.filter(isOneOf).slice(0, MOST)
}

/** Enough to choose from; a token may have thousands. */
const MOST = 3

/** The note about them; undefined: there are none. */
export const fullNameNote = (names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : `Its name is ${names.join(' or ')} here, if you mean that`

/** Default leeway for clock skew, seconds (RFC 7519 §4.1.4 allows "a few minutes"). */
const LEEWAY_SECONDS = 60

/** Time limits that a profile may set, seconds. */
export interface LifetimeLimits {
  /** Leeway for clock skew, {@link LEEWAY_SECONDS} by default. */
  readonly leewaySeconds?: number
  readonly minTtlSeconds?: number
  readonly maxTokenLifetimeSeconds?: number
}

/**
 * Checks the times of a token: not expired, already valid, enough time left, total lifetime not too long.
 * `now`: milliseconds since the epoch. The leeway applies to comparisons with the clock, not to the limits.
 */
export function judgeLifetime(identity: Identity, limits: LifetimeLimits, now: number): Finding[] {
  const { expiresAt, notBefore } = identity
  const seconds = now / 1000
  const leeway = limits.leewaySeconds ?? LEEWAY_SECONDS
  const findings = [
    compare(
      'not expired',
      `expiry after ${instant(seconds - leeway)}`,
      expiresAt,
      { operator: '>', expected: Math.floor(seconds - leeway) },
      (exp) => seconds < exp + leeway,
    ),
  ]
  // `nbf` is optional (RFC 7519 §4.1.5): without it a token is valid from the start. A value that isn't a time says nothing.
  if (notBefore.value !== undefined || notBefore.status === 'unreadable') {
    const begun = `start before ${instant(seconds + leeway)}`
    findings.push(
      compare(
        'already valid',
        begun,
        notBefore,
        { operator: '<=', expected: Math.floor(seconds + leeway) },
        (nbf) => seconds >= nbf - leeway,
      ),
    )
  }
  const { minTtlSeconds: least, maxTokenLifetimeSeconds: most } = limits
  if (least !== undefined) findings.push(timeLeft(expiresAt, least, seconds))
  if (most !== undefined) findings.push(tokenLifetime(identity, most, seconds + leeway))
  return findings
}

function compare(
  assertion: string,
  expected: string,
  time: ClaimValue<number>,
  compared: Pick<ComparedValues, 'operator' | 'expected'>,
  holds: (time: number) => boolean,
): Finding {
  const values = { ...compared, actual: time.value ?? null }
  if (time.value === undefined) {
    const actual = time.status === 'unreadable' ? 'not a time' : 'unknown'
    return asUnknown({ assertion, expected, actual, values }, REASONS[time.status])
  }
  const verdict = holds(time.value) ? 'pass' : 'fail'
  return { assertion, expected, actual: instant(time.value), verdict, values, source: time.source }
}

function timeLeft(expiresAt: ClaimValue<number>, least: number, seconds: number): Finding {
  const compared = { operator: '>=', expected: least } as const
  const finding = compare(
    'time left',
    `at least ${wholeDuration(least)}`,
    expiresAt,
    compared,
    (exp) => exp - seconds >= least,
  )
  if (expiresAt.value === undefined) return finding
  const left = Math.floor(expiresAt.value - seconds)
  return { ...finding, actual: wholeDuration(left), values: { ...compared, actual: left } }
}

/** `latest`: when a token may have been issued, seconds. One from the future tells nothing of how long it has lived. */
function tokenLifetime({ issuedAt, expiresAt }: Identity, most: number, latest: number): Finding {
  const compared = { operator: '<=', expected: most } as const
  const finding = {
    assertion: 'token lifetime',
    expected: `at most ${wholeDuration(most)}`,
    actual: 'unknown',
    values: { ...compared, actual: null },
  }
  if (issuedAt.value === undefined || expiresAt.value === undefined) return asUnknown(finding, 'claim-absent')
  const lifetime = expiresAt.value - issuedAt.value
  // A token that expires before it was issued has no valid lifetime.
  const isToCome = issuedAt.value > latest
  const verdict = lifetime >= 0 && lifetime <= most && !isToCome ? 'pass' : 'fail'
  const values = { ...compared, actual: lifetime }
  return {
    ...finding,
    actual: wholeDuration(lifetime),
    verdict,
    values,
    source: `${expiresAt.source} - ${issuedAt.source}`,
    ...(isToCome && {
      note: `its issue time is ${instant(issuedAt.value)}, which is in the future`,
    }),
  }
}
