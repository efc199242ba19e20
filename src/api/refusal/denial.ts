import { nothingSent } from '../../backends/gateways.ts'
import { payloadOf } from '../../claims/jwt/jwt.ts'
import { FAILURES, Failure } from '../../errors.ts'
import { isPage, networkSignIn } from '../../http-answers/error-body.ts'
import { readRateLimit, waitHint } from '../../http-answers/rate-limit.ts'
import { isObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { Destination } from '../destination.ts'
import { type Challenge, readChallenge, wantsStepUp } from './challenge.ts'
import { largeHeaders, largeTokenHint, theirWords, theySay } from './large-headers.ts'
import {
  claimHint,
  claimsInToken,
  isAboutGroups,
  isPlainName,
  issuerInToken,
  missingScopes,
  requiredClaim,
  requirementsOf,
  stepUpFailure,
} from './step-up.ts'

interface Known {
  /** The person has just signed in as the API required it. */
  readonly isAgain?: boolean | undefined
  /** Our clock, milliseconds since the epoch, for a server that names a date to wait for and not its own. */
  readonly now?: number | undefined
  /** {@link Destination.scopeToAsk} */
  readonly scopeToAsk?: Destination['scopeToAsk'] | undefined
  /** {@link Destination.otherIssuerHint} of this token */
  readonly otherIssuerHint?: string | undefined
  readonly base?: URL | undefined
  /** What a web page came in place of. */
  readonly wanted?: string
}

/**
 * The Failure that an error response of the API amounts to: `login-page`, `not-allowed`, `cannot-do`,
 * `rate-limited`, `gone`, `not-found`, `step-up`, `network` or `api-failed`. Undefined for 2xx, and for a 404 that isn't a web page (the caller decides what it means).
 */
export function explainAnswer(
  answer: HttpAnswer,
  url: URL,
  token: string | undefined,
  {
    isAgain = false,
    now,
    scopeToAsk = (scope) => scope,
    otherIssuerHint,
    base = new URL(url.origin),
    wanted = 'traces',
  }: Known = {},
): Failure | undefined {
  const { status } = answer
  const html = isPage(answer)
  if (status >= 300 && status < 400)
    return loginPage(url, token, `redirects to another page instead of ${wanted}`, whereTo(answer, url))
  if (status === 401)
    return refusedToken(answer, url, token, { isAgain, scopeToAsk, base, trust: otherIssuerHint ?? TRUST })
  if (status === 403) return refusedAccess(answer, url, token, { isAgain, scopeToAsk })
  if (status === 429) return rateLimited(answer, url, now)
  if (status === 410) return gone(answer, url)
  if (status === 405 || status === 501) return notOffered(answer, url)
  if (html && status < 400) return loginPage(url, token, `answered with a web page instead of ${wanted}`)
  if (status >= 200 && status < 400) return undefined
  if (status === 404 && !html) return undefined
  if (status === 404) {
    return new Failure(
      'not-found',
      `${safeText(url.host)} has nothing at this address (HTTP 404, a web page)`,
      {
        hint: 'Check api in the profile. It must be the base URL of the trace API or its gateway.',
        reason: 'web-page',
      },
    )
  }
  const found = largeHeaders(answer, url, token) ?? networkSignIn(status)
  return found ?? failed(answer, url, now).withMoreHint(largeTokenHint(answer, token))
}

function loginPage(
  url: URL,
  token: string | undefined,
  what: string,
  detail: readonly string[] = [],
): Failure {
  const page = new Failure('login-page', `${safeText(url.host)} ${what}`, { detail, reason: 'web-page' })
  // Without a token no sign-in helps: status 3 would send a script to do so.
  return token === undefined
    ? page.withExit(FAILURES['api-failed'].exit)
    : page.withHint(`Sign in again with ls-auth login. ${page.hint}`)
}

/** Without the query, which may hold the state of a sign-in. */
function whereTo({ headers }: HttpAnswer, url: URL): string[] {
  const { location = '' } = headers
  if (location === '' || !URL.canParse(location, url.href)) return []
  const { origin, pathname } = new URL(location, url)
  return origin === 'null' ? [] : [`redirects to: ${safeText(origin + pathname, 300)}`]
}

const gone = (answer: HttpAnswer, url: URL): Failure =>
  new Failure('gone', `${safeText(url.host)} answered that this is gone (HTTP 410)`, {
    detail: theirWords(answer),
  })

/**
 * Asking again changes nothing: the API, or the gateway before it, has no such request (RFC 9110 §15.5.6, §15.6.2). A 405 may
 * be a gateway that keeps it closed for this person; a 501 isn't about rights.
 */
const notOffered = (answer: HttpAnswer, url: URL): Failure =>
  new Failure(
    answer.status === 501 ? 'cannot-do' : 'not-allowed',
    `${safeText(url.host)} rejected this request (HTTP ${answer.status})`,
    {
      hint: 'Ask whoever runs the gateway or the trace API to allow it.',
      detail: theirWords(answer),
    },
  )

/** The API wants another sign-in than this one (RFC 9470): a stronger one, a newer one, or both. */
const stepUp = (
  challenge: Challenge,
  url: URL,
  token: string | undefined,
  { isAgain, scopeToAsk }: Pick<Known, 'isAgain' | 'scopeToAsk'>,
): Failure =>
  stepUpFailure(requirementsOf(challenge, token, scopeToAsk), url.host, {
    reasons: theirReason(challenge),
    token: payloadOf(token),
    isAgain: isAgain === true,
  })

function refusedToken(
  answer: HttpAnswer,
  url: URL,
  token: string | undefined,
  {
    trust,
    base,
    ...known
  }: Pick<Known, 'isAgain' | 'scopeToAsk'> & { readonly trust: string; readonly base: URL },
): Failure {
  const challenge = readChallenge(answer.headers['www-authenticate'])
  if (challenge && wantsStepUp(challenge)) return stepUp(challenge, url, token, known)
  const detail = [
    ...theirReason(challenge),
    ...(challenge?.error || challenge?.description ? [] : theirWords(answer)),
    ...claimsInToken(token, challenge),
    ...issuerInToken(token, challenge),
  ]
  const proof = refusedProof(challenge, detail, url)
  if (proof) return proof
  const words = [challenge?.error, challenge?.description].join(' ')
  if (isOthersKey(challenge, token)) return refusedKey(answer, detail, url)
  const expired = /expired|exp\b/i.test(words)
  const audience = /aud(ience)?\b/i.test(words)
  const hint =
    token === undefined
      ? nothingSent(base)
      : expired
        ? 'Check the clocks of this machine and the gateway, then sign in again: ls-auth login'
        : audience
          ? 'The token has another audience. Ask whoever runs the gateway for the right audience, then: ls-auth login --audience NAME'
          : (keyHint(challenge, payloadOf(token)) ?? trust)
  const found = token === undefined ? 'wants a token' : 'did not accept the token'
  return new Failure('not-allowed', `${safeText(url.host)} ${found} (HTTP 401)`, {
    detail,
    hint,
    reason: token === undefined ? 'no-token' : 'refused-token',
  })
}

const TRUST = 'Check that the gateway trusts the issuer of this profile, then sign in again: ls-auth login'

function refusedAccess(
  answer: HttpAnswer,
  url: URL,
  token: string | undefined,
  {
    isAgain,
    scopeToAsk,
  }: { readonly isAgain: boolean; readonly scopeToAsk: NonNullable<Known['scopeToAsk']> },
): Failure {
  const challenge = readChallenge(answer.headers['www-authenticate'])
  if (challenge && wantsStepUp(challenge)) return stepUp(challenge, url, token, { isAgain, scopeToAsk })
  const detail = [
    ...theirReason(challenge),
    ...claimsInToken(token, challenge),
    ...(challenge?.error ? [] : theirWords(answer)),
  ]
  if (isOthersKey(challenge, token)) return refusedKey(answer, detail, url)
  const missing = missingScopes(challenge, token)
  const toAsk = missing.map(scopeToAsk)
  return new Failure('not-allowed', `${safeText(url.host)} denied you access (HTTP 403)`, {
    detail,
    hint: accessHint(challenge, token, missing, toAsk),
    // The names come from a server, and a command may be made of them.
    missingScopes: toAsk.every(isPlainName) ? toAsk : [],
  })
}

/** Between quotes no shell of any platform reads more in it than a word. */
const canBeTyped = (scope: string | undefined): boolean =>
  scope !== undefined && /^[\w*][\w:./@+*=~,#?{}[\]-]*$/.test(scope)

/** A scope is asked for at sign-in, a group is granted by a person, a claim is what a workload is. */
function accessHint(
  challenge: Challenge | undefined,
  token: string | undefined,
  missing: readonly string[],
  toAsk: readonly (string | undefined)[],
): string {
  const claim = requiredClaim(challenge)
  if (claim) return claimHint(claim)
  const words = challenge?.description ?? ''
  if (/\bno rule lets\b/.test(words))
    return 'Ask whoever runs the gateway for access, or choose another project or tenant.'
  const holdsAll = missing.length === 0 && challenge?.scope !== undefined
  if (isAboutGroups(challenge) || holdsAll) {
    const issuer = payloadOf(token)?.iss
    const host = typeof issuer === 'string' && URL.canParse(issuer) ? safeText(new URL(issuer).host, 120) : ''
    const group = /\blacks the group (.+)/.exec(words)?.[1]
    const named = group === undefined ? 'A group' : `The group ${safeText(group, 120)}`
    return `${named} is missing. Ask the group administrator at ${host || 'the identity provider'} to add you, then sign in again: ls-auth login`
  }
  if (missing.length === 0) return 'Ask the administrator of the traces for the missing scope or group.'
  const named = `${missing.length > 1 ? 'scopes' : 'scope'} ${safeText(missing.join(' '), 120)}`
  if (toAsk.includes(undefined))
    return `The token lacks the ${named}. The profile asks for all scopes granted to its client (/.default). Ask the client's administrator to grant this one, then sign in again: ls-auth login`
  // The command will be pasted into a shell.
  return toAsk.every(canBeTyped)
    ? `The token lacks the ${named}. Sign in with it: ls-auth login${toAsk.map((scope) => ` --scope ${shellWord(scope as string)}`).join('')}`
    : `Sign in with the ${named} (login --scope).`
}

function theirReason(challenge: Challenge | undefined): string[] {
  if (!challenge) return []
  const lines: string[] = []
  const { error, description } = challenge
  const words = [error && safeText(error, 64), description && safeText(description, 300)].filter(Boolean)
  if (words.length > 0) lines.push(theySay(words.join(': ')))
  if (challenge.scope) lines.push(`required scope: ${safeText(challenge.scope, 200)}`)
  return lines
}

/**
 * The Failure `rate-limited` for a 429, with the time to wait where the answer names one. `now`: milliseconds since the
 * epoch; without it, a date counts only beside the server's own `Date`.
 */
function rateLimited(answer: HttpAnswer, url: URL, now?: number): Failure {
  const rateLimit = readRateLimit(answer.headers, now)
  const { limit, remaining } = rateLimit
  const budget =
    limit === undefined ? [] : [`limit ${limit}${remaining === undefined ? '' : `, ${remaining} left`}`]
  return new Failure(
    'rate-limited',
    `${safeText(url.host)} limits requests and its limit is reached (HTTP 429)`,
    {
      detail: [...budget, ...theirWords(answer)],
      hint: waitHint(rateLimit),
    },
  )
}

/** The Failure `api-failed` for a status that nothing else is known of. A 503 may name a time to wait (RFC 9110 §10.2.3). */
function failed(answer: HttpAnswer, url: URL, now?: number): Failure {
  const { retryMilliseconds } = readRateLimit(answer.headers, now)
  return new Failure('api-failed', `${safeText(url.host)} failed (HTTP ${answer.status})`, {
    detail: theirWords(answer),
    hint: retryMilliseconds
      ? `${waitHint({ retryMilliseconds })} ${ASK}`
      : answer.status === 400
        ? 'Ask whoever runs the gateway or the trace API: the same request fails again.'
        : undefined,
  })
}

const ASK = 'If it keeps failing, ask whoever runs the gateway or the trace API.'

/** The server refused the proof of the key beside the token (RFC 9449 §7.1, §9). */
function refusedProof(
  challenge: Challenge | undefined,
  detail: readonly string[],
  url: URL,
): Failure | undefined {
  const host = safeText(url.host)
  if (challenge?.error === 'use_dpop_nonce')
    return new Failure('api-failed', `${host} asks for a new DPoP nonce every time`, { detail })
  if (challenge?.error !== 'invalid_dpop_proof') return undefined
  return new Failure('not-allowed', `${host} rejected the DPoP proof (HTTP 401)`, {
    detail,
    hint: "Check the clock of this machine. If it's right, ask whoever runs the gateway for its public address.",
  })
}

/** What to do where one side takes tokens that are bound to a key (DPoP), and the other side does not. */
function keyHint(
  challenge: Challenge | undefined,
  claims: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const isBound = isObject(claims?.cnf) && claims.cnf.jkt !== undefined
  if (challenge?.scheme === 'dpop' && !isBound)
    return 'This API requires DPoP. Run: ls-auth profile set dpop true, then sign in again: ls-auth login'
  if (challenge?.scheme !== 'bearer' || !isBound || challenge.error !== undefined) return undefined
  return 'This API does not accept DPoP tokens. Ask whoever runs the gateway to accept them, or turn DPoP off: ls-auth profile set dpop false'
}

/** RFC 6750 §3.1: a challenge to a request with a token names an error, or a scope, unless the token is not what was wrong. */
const isOthersKey = (challenge: Challenge | undefined, token: string | undefined): boolean =>
  token !== undefined &&
  challenge?.error === undefined &&
  challenge?.scope === undefined &&
  /\bkey\b/i.test(challenge?.description ?? '')

/** Failure `not-allowed`: the gateway took the token, and the API behind it did not take the gateway's key. */
const refusedKey = ({ status }: HttpAnswer, detail: readonly string[], url: URL): Failure =>
  new Failure('not-allowed', `${safeText(url.host)} could not reach the traces (HTTP ${status})`, {
    detail: [...new Set(detail)],
    hint: "Ask whoever runs this gateway. Your token is fine: signing in again won't help.",
  })
