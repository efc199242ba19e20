import { readClaimsRequest } from '../../claims/claims-request.ts'
import { payloadOf } from '../../claims/jwt/jwt.ts'
import { readAcrValues, readMaxAge, type SignInRequirements } from '../../claims/sign-in-requirements.ts'
import { Failure } from '../../errors.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { instant, wholeDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { Destination } from '../destination.ts'
import { type Challenge, readChallenge, wantsStepUp } from './challenge.ts'

/** More base64 than the longest claims request needs. */
const MAX_ENCODED = 8192
/** Of their words that are shown. */
const MAX_SHOWN = 300

/**
 * What a challenge wants of a new sign-in (RFC 9470 §3, or claims). Or why that cannot be passed on: it comes from a server,
 * and goes into a URL and into a command that a person pastes.
 */
export function requirementsOf(
  challenge: Challenge,
  token?: string,
  scopeToAsk: NonNullable<Destination['scopeToAsk']> = (scope) => scope,
): SignInRequirements | { readonly unusable: string } {
  const { acrValues: acr, maxAge, claims, repeated } = challenge
  if (repeated !== undefined) return { unusable: `${repeated} appears twice` }
  const acrValues = acr === undefined ? undefined : readAcrValues(acr)
  if (acr !== undefined && acrValues === undefined) return { unusable: 'acr_values is not a list of names' }
  const maxAgeSeconds = maxAge === undefined ? undefined : readMaxAge(maxAge)
  if (maxAge !== undefined && maxAgeSeconds === undefined)
    return { unusable: 'max_age is not a number of seconds' }
  const scopes = missingScopes(challenge, token).map(scopeToAsk).filter(isPlainName)
  const asked = {
    ...(scopes.length > 0 && { scopes }),
    ...(acrValues && { acrValues }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  }
  if (claims === undefined) {
    const isClaims = /claims/i.test(challenge.error ?? '')
    return isClaims ? { unusable: 'claims is missing' } : asked
  }
  const read = readEncoded(claims)
  return 'problem' in read ? { unusable: `claims is ${read.problem}` } : { ...asked, claims: read.claims }
}

/** The same of a refusal; undefined: it is another answer, or cannot be passed on. */
export function requiredBy(
  { status, headers }: HttpAnswer,
  token?: string,
  scopeToAsk?: Destination['scopeToAsk'],
): SignInRequirements | undefined {
  if (status !== 401 && status !== 403) return undefined
  const challenge = readChallenge(headers['www-authenticate'])
  if (challenge === undefined || !wantsStepUp(challenge)) return undefined
  const required = requirementsOf(challenge, token, scopeToAsk)
  return 'unusable' in required ? undefined : required
}

/** Base64 in either alphabet (RFC 4648 §4 and §5), with padding or without. */
function readEncoded(text: string): ReturnType<typeof readClaimsRequest> | { readonly problem: string } {
  if (text.length > MAX_ENCODED) return { problem: 'too long' }
  if (!/^[\w+/-]+={0,2}$/.test(text)) return { problem: 'not base64' }
  return readClaimsRequest(Buffer.from(text, 'base64').toString('utf8'))
}

/** The requirement, for a person, one a line. Safe for a terminal. */
export const requirementLines = ({ acrValues, maxAgeSeconds, claims }: SignInRequirements): string[] => [
  ...(acrValues ? [`required sign-in level (acr): ${safeText(acrValues.join(' or '), MAX_SHOWN)}`] : []),
  ...(maxAgeSeconds === undefined ? [] : [`required sign-in age: ${wholeDuration(maxAgeSeconds)} at most`]),
  ...(claims === undefined ? [] : [`required claims: ${safeText(claims, MAX_SHOWN)}`]),
]

/** The requested claims about the sign-in behind a token. Safe for a terminal. */
function heldLines(
  { acrValues, maxAgeSeconds, claims }: SignInRequirements,
  token: Readonly<Record<string, unknown>> | undefined,
): string[] {
  if (token === undefined) return []
  const { acr, amr, auth_time: time } = token
  const show = (value: unknown) => safeText([value].flat().map(String).join(' '), 200)
  const isAsked = acrValues !== undefined || claims !== undefined
  return [
    ...(isAsked ? [`held sign-in level (acr): ${acr === undefined ? 'none' : show(acr)}`] : []),
    ...(amr === undefined ? [] : [`held methods (amr): ${show(amr)}`]),
    ...(typeof time === 'number'
      ? [`signed in at (auth_time): ${safeText(instant(time), 60)}`]
      : maxAgeSeconds === undefined
        ? []
        : ['signed in at (auth_time): the token does not say']),
  ]
}

/**
 * The Failure of a challenge that wants another sign-in: `step-up` with the command; `not-allowed` when the person has just
 * signed in as it wanted, or when it cannot be read. `reasons`: the server's words, `token`: the claims of the refused one.
 */
export function stepUpFailure(
  asked: ReturnType<typeof requirementsOf>,
  host: string,
  {
    reasons,
    token,
    isAgain,
  }: { reasons: readonly string[]; token: Parameters<typeof heldLines>[1]; isAgain: boolean },
): Failure {
  const shown = safeText(host)
  if ('unusable' in asked) {
    return new Failure('not-allowed', `${shown} requires another sign-in but does not say clearly which`, {
      hint: 'Send these lines to whoever runs the gateway.',
      detail: [...reasons, asked.unusable],
    })
  }
  const detail = [...reasons, ...requirementLines(asked), ...heldLines(asked, token)]
  if (isAgain) {
    return new Failure('not-allowed', `${shown} requires more than the sign-in you just made`, {
      hint: whoIsToBlame(asked, token ?? {}),
      detail,
    })
  }
  return new Failure('step-up', `${shown} requires a stronger or newer sign-in`, {
    hint: `Sign in again with these requirements: ls-auth login${loginFlags(asked)}`,
    detail,
  })
}

/** After a sign-in as required: who must do something, as far as the token shows. */
function whoIsToBlame(
  { scopes = [], acrValues, maxAgeSeconds, claims }: SignInRequirements,
  { acr, auth_time: time }: Readonly<Record<string, unknown>>,
): string {
  const isMade =
    claims === undefined &&
    (acrValues === undefined || acrValues.some((one) => one === acr)) &&
    (maxAgeSeconds === undefined || typeof time === 'number')
  if (!isMade)
    return "Tell whoever runs the identity provider: the sign-in did not meet the API's requirements."
  return scopes.length > 0
    ? `The provider did not grant ${safeText(scopes.join(' '), 120)}. Ask the client's administrator to allow it, then sign in again: ls-auth login${loginFlags({ scopes })}`
    : 'Tell whoever runs the gateway: your token already shows the required sign-in.'
}

/** The flags of `login` for a sign-in like that. */
export function loginFlags({
  scopes = [],
  acrValues = [],
  maxAgeSeconds,
  claims,
}: SignInRequirements): string {
  const flags = [
    // Behind an equals sign a value is never taken for a flag.
    ...acrValues.map((acr) => `--acr${acr.startsWith('-') ? '=' : ' '}${shellWord(acr)}`),
    ...(maxAgeSeconds === undefined ? [] : [`--max-age ${maxAgeSeconds}s`]),
    ...(claims === undefined ? [] : [`--claims ${shellWord(claims)}`]),
  ]
  const scopeFlags = scopes.map((scope) => `--scope ${scope}`)
  return ` ${[...(flags.length > 0 ? flags : ['--prompt login']), ...scopeFlags].join(' ')}`
}

export const isAboutGroups = (challenge: Challenge | undefined): boolean =>
  /\bgroups?\b|\bmember/i.test(challenge?.description ?? '')

/** Scopes, groups, audience and what a workload is, of the rejected token, to compare. Claims only, never the token. */
export function claimsInToken(token: string | undefined, challenge: Challenge | undefined): string[] {
  const claims = payloadOf(token)
  if (!claims) return []
  const { aud, scope, scp, groups } = claims
  const claim = requiredClaim(challenge)
  const lines = claim ? requiredAndHeld(claim, claims) : []
  if (scope ?? scp) lines.push(`held scope: ${show(scope ?? scp)}`)
  else if (challenge?.scope) lines.push('held scope: none')
  if (groups && isAboutGroups(challenge)) lines.push(`held groups: ${show(groups)}`)
  if (aud) lines.push(`held audience: ${show(aud)}`)
  return lines
}

/** The issuer of a token that was refused for it. It need not be that of the profile: a provider may have several. */
export function issuerInToken(token: string | undefined, challenge: Challenge | undefined): string[] {
  const iss = payloadOf(token)?.iss
  const words = [challenge?.error, challenge?.description].join(' ')
  return iss !== undefined && /\biss(uer)?\b/i.test(words) ? [`held issuer: ${show(iss)}`] : []
}

const show = (value: unknown): string => safeText([value].flat().map(String).join(' '), 200)

/** Whether a scope can stand in a command without quotes. */
export const isPlainName = (scope: string | undefined): scope is string =>
  scope !== undefined && /^\w[\w:./@+-]*$/.test(scope)

/** The scopes that a challenge wants and the token lacks. */
export function missingScopes(
  challenge: Challenge | undefined,
  token: string | undefined,
): readonly string[] {
  const held = scopesOf(token)
  return isAboutGroups(challenge)
    ? []
    : (challenge?.scope?.split(' ') ?? []).filter((scope) => !held?.includes(scope))
}

function scopesOf(token: string | undefined): string[] | undefined {
  const claims = payloadOf(token)
  if (!claims) return undefined
  const { scope, scp } = claims
  return [scope ?? scp ?? []].flat().map(String).join(' ').split(' ')
}

/**
 * The claim that a gateway wants of a workload's token (docs/gateway): one with its value, or the names of those whose values
 * it doesn't accept. From a server: not sanitized.
 */
interface RequiredClaim {
  readonly names: readonly string[]
  readonly value: string | undefined
}

/** The claim in a challenge such as `… lacks the claim environment=prod` or `… lacks the claim repository or sub`. */
export function requiredClaim(challenge: Challenge | undefined): RequiredClaim | undefined {
  const words = challenge?.description ?? ''
  const named = /\blacks the claim (?:(\w+)=(.+)|(\w+(?: or \w+)*))$/.exec(words)
  if (!named) return undefined
  const [, name, value, names] = named
  return name === undefined
    ? { names: (names as string).split(' or '), value: undefined }
    : { names: [name], value }
}

/** The requirement, and what the token has of it, one a line. Sanitized; `claims`: those of the rejected token. */
function requiredAndHeld(
  { names, value }: RequiredClaim,
  claims: Readonly<Record<string, unknown>>,
): string[] {
  const held = names.flatMap((name) =>
    Object.hasOwn(claims, name) ? [`held ${name}: ${shown(claims[name])}`] : [],
  )
  const required = value === undefined ? [] : [`required ${names[0]}: ${safeText(value, 200)}`]
  return [...required, ...(held.length > 0 ? held : [`held ${names.join(', ')}: none`])]
}

/** Who can fix it: the job, where the value is known, and always whoever wrote the rules. Sanitized. */
export const claimHint = ({ names, value }: RequiredClaim): string =>
  value === undefined
    ? `Ask whoever runs the gateway to admit this workload by its ${safeText(names.join(' or '), 120)}.`
    : `Run the job with ${names[0]} ${safeText(value, 120)}, or ask whoever runs the gateway to admit this one.`

const shown = (value: unknown): string =>
  safeText(typeof value === 'string' ? value : JSON.stringify(value), 200)
