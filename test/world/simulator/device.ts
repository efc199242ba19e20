import type { Kind } from '../canaries.ts'
import { type Answer, oauthError, refuse } from './answer.ts'
import { grantFor, grantProblem } from './authorize.ts'
import type { Behaviour } from './behaviour.ts'
import { challengeOf, random } from './minting.ts'
import type { Grant } from './refresh-tokens.ts'

/** What one poll meets. */
export type PollOutcome =
  | 'pending'
  | 'slow-down'
  | 'decline'
  | 'expire'
  | 'approve'
  | 'broken'
  | 'portal'
  | 'blocked'
  | 'moved'

interface DeviceCode {
  readonly grant: Grant
  readonly challenge: string | null
}

/** The device endpoint and the polls that follow, by a script instead of a person. */
export class Device {
  /** The outcome of each poll to come; `approve` once it is used up. */
  script: PollOutcome[] = []
  readonly #codes = new Map<string, DeviceCode>()
  readonly #behaviour: Behaviour
  readonly #page: string

  constructor(behaviour: Behaviour, home: string) {
    this.#behaviour = behaviour
    this.#page = `${home}/device`
  }

  /** RFC 8628 §3.2, in this provider's spelling. */
  start(asked: URLSearchParams, now: number, issued: (secret: string, kind: Kind) => void): Answer {
    const rule = this.#behaviour.device
    if (!rule) return oauthError('invalid_request', 'no device flow', 404)
    if (rule.refused) return refuse(rule.refused)
    if (asked.get('client_id') !== this.#behaviour.clientId)
      return oauthError('invalid_client', undefined, 401)
    const challenge = asked.get('code_challenge')
    if (rule.pkce === 'required' && (challenge === null || asked.get('code_challenge_method') !== 'S256')) {
      return oauthError('invalid_request', 'Missing parameter: code_challenge_method')
    }
    const problem = grantProblem(this.#behaviour, asked)
    if (problem) return oauthError(problem.error, problem.description)
    const code = random()
    issued(code, 'never')
    this.#codes.set(code, { grant: grantFor(this.#behaviour, asked, now), challenge })
    const filled = Object.entries(rule.answer).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace('{page}', this.#page) : value,
    ])
    const members = Object.fromEntries(filled) as Record<string, unknown>
    return { status: 200, json: { device_code: code, user_code: 'WDJB-MJHT', ...members } }
  }

  /** One poll: the grant when it was approved, else the refusal in this provider's words and status. */
  poll(asked: URLSearchParams): Grant | Answer {
    const rule = this.#behaviour.device
    const code = asked.get('device_code') ?? ''
    const known = this.#codes.get(code)
    if (!rule || !known) return oauthError('invalid_grant', 'unknown device code')
    const outcome = this.script.shift() ?? 'approve'
    if (outcome === 'pending') return refuse(rule.pending)
    if (outcome === 'slow-down') return refuse(rule.slowDown)
    if (outcome === 'decline') return refuse(rule.declined)
    if (outcome === 'expire') return refuse(rule.expired)
    if (outcome === 'broken') return { status: 502, page: '<h1>Bad gateway</h1>' }
    if (outcome === 'portal') return { status: 200, page: '<h1>Sign in to this network</h1>' }
    if (outcome === 'blocked') return { status: 403, page: '<h1>Blocked</h1>' }
    if (outcome === 'moved') return { status: 302, location: 'http://portal.example/' }
    const verifier = asked.get('code_verifier')
    if (rule.pkce === 'required' && (verifier === null || challengeOf(verifier) !== known.challenge)) {
      return oauthError('invalid_grant', 'PKCE verification failed')
    }
    this.#codes.delete(code)
    return known.grant
  }
}
