import { randomUUID } from 'node:crypto'
import type { Answer } from './answer.ts'
import type { Behaviour } from './behaviour.ts'
import { random } from './minting.ts'
import { allowsRedirect } from './redirect-rule.ts'
import type { Grant } from './refresh-tokens.ts'

/** A code that waits to be exchanged. */
export interface PendingCode {
  readonly grant: Grant
  readonly redirectUri: string
  readonly challenge: string
  readonly nonce: string | undefined
}

export type Problem = { readonly error: string; readonly description: string }

/**
 * The authorization endpoint. Somebody is signed in already and agrees at once. What would send the answer to a
 * wrong place is a page of the provider's own; everything else goes back by redirect (RFC 6749 §4.1.2.1).
 */
export function authorize(
  behaviour: Behaviour,
  issuer: string,
  asked: URLSearchParams,
  authTime: number,
  remember: (code: string, pending: PendingCode) => void,
): Answer {
  const redirectUri = asked.get('redirect_uri') ?? ''
  if (asked.get('client_id') !== behaviour.clientId) return page('Unknown client.')
  if (!allowsRedirect(behaviour.redirect, redirectUri)) return page(behaviour.redirect.mismatch)
  const back = (parameters: Record<string, string>): Answer => {
    const url = new URL(redirectUri)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const state = asked.get('state')
    if (state !== null) url.searchParams.set('state', state)
    if (sendsIssuer(behaviour)) url.searchParams.set('iss', issuer)
    return { status: 302, location: url.href }
  }
  const problem = requestProblem(behaviour, asked) ?? grantProblem(behaviour, asked)
  if (problem) return back({ error: problem.error, error_description: problem.description })
  if (behaviour.declined !== undefined) return back({ error: behaviour.declined })
  const code = random()
  remember(code, {
    grant: grantFor(behaviour, asked, authTime),
    redirectUri,
    challenge: asked.get('code_challenge') as string,
    nonce: asked.get('nonce') ?? undefined,
  })
  return back({ code, ...behaviour.redirectExtras })
}

const sendsIssuer = ({ metadata, withholdsIssuer }: Behaviour): boolean =>
  metadata.authorization_response_iss_parameter_supported === true && !withholdsIssuer

const page = (text: string): Answer => ({ status: 400, page: `<!doctype html><p>${text}</p>` })

function requestProblem({ refusedParameters }: Behaviour, asked: URLSearchParams): Problem | undefined {
  if (!asked.get('state')) return { error: 'invalid_request', description: 'state is required' }
  if (asked.get('response_type') !== 'code')
    return { error: 'unsupported_response_type', description: 'only code' }
  if (!asked.get('code_challenge') || asked.get('code_challenge_method') !== 'S256') {
    return { error: 'invalid_request', description: 'PKCE with S256 is required' }
  }
  for (const [rule, problem] of Object.entries(refusedParameters)) {
    const [name = '', value] = rule.split('=')
    if (asked.has(name) && (value === undefined || asked.get(name) === value)) return problem
  }
  return undefined
}

/** What the scopes and the audience of a request cannot have. Shared with the device endpoint. */
export function grantProblem({ scopes, audience }: Behaviour, asked: URLSearchParams): Problem | undefined {
  const unknown = wanted(asked).filter((scope) => !scopes.known.some((known) => fits(known, scope)))
  if (scopes.unknown === 'refuse' && unknown.length > 0) {
    return scopes.problem ?? { error: 'invalid_scope', description: 'One or more scopes are not known.' }
  }
  const named = asked.get('audience')
  if (audience.by === 'parameter' && named !== null && !audience.known.includes(named)) {
    return { error: 'access_denied', description: `Service not found: ${named}` }
  }
  return undefined
}

/** What a request, if it is granted, is granted. Shared with the device endpoint. */
export function grantFor(
  behaviour: Behaviour,
  asked: URLSearchParams,
  authTime: number,
  session: string = randomUUID(),
): Grant {
  const scopes = wanted(asked).filter((scope) => behaviour.scopes.known.some((known) => fits(known, scope)))
  const offline =
    behaviour.offline === 'always' ||
    (behaviour.offline === 'access_type'
      ? asked.get('access_type') === 'offline'
      : scopes.includes('offline_access'))
  return { scopes, audience: audienceOf(behaviour, asked, scopes), authTime, session, offline }
}

function audienceOf(
  { audience }: Behaviour,
  asked: URLSearchParams,
  scopes: readonly string[],
): string | undefined {
  switch (audience.by) {
    case 'parameter':
      return asked.get('audience') ?? undefined
    case 'scope':
      return scopes.map((scope) => audience.pattern.exec(scope)?.[1]).find((found) => found !== undefined)
    case 'server':
      return audience.always
    case 'nothing':
      return undefined
  }
}

const wanted = (asked: URLSearchParams): string[] => (asked.get('scope') ?? '').split(' ').filter(Boolean)

const fits = (known: string | RegExp, scope: string): boolean =>
  typeof known === 'string' ? known === scope : known.test(scope)
