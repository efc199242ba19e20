import type { Destination } from '../../api/destination.ts'
import { sendOnce, target } from '../../api/request.ts'
import type { Shot } from '../../attacks/attack.ts'
import { redirectOf, sameAt } from '../../attacks/redirect.ts'
import type { Seen } from '../../attacks/verdict.ts'
import { backendOf } from '../../backends/table.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure } from '../../errors.ts'
import { isPage } from '../../http-answers/web-page.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import type { Profile } from '../../settings/profile.ts'
import type { Invocation } from '../invocation.ts'
import { toTheEnd } from '../request/authorised-request.ts'
import { openRecorder, writeAtOnce } from '../request/recorder.ts'
import type { GatewayTokens } from './gateway-tokens.ts'

/** One request as it was answered; `answer` is undefined where there was none. */
export interface Sent {
  readonly seen: Seen
  readonly answer: HttpAnswer | undefined
}

/** For the log of a gateway, whose reader wonders about so many bad tokens of one person. `id`: of the attack. */
const reasonFor = (id: string | undefined): string =>
  id === undefined ? 'ls-auth doctor --gateway' : `ls-auth doctor --gateway: ${id}`

/**
 * Sends requests to the API of a profile with any token or none. Each is in the record, and names the caller like every
 * other, and the attack that it is part of; no token is renewed. A read of an attack, or without a token, follows one redirect, to
 * the same thing at the same origin: what is given there is given to anybody, and compared with what others get there.
 */
export async function gatewayRequests(
  invocation: Invocation,
  profile: Profile,
  {
    sessionIdToken,
    proofKey,
    skewSeconds,
  }: Pick<GatewayTokens, 'sessionIdToken' | 'proofKey' | 'skewSeconds'>,
): Promise<(shot: Shot & { readonly path: string }, id?: string) => Promise<Sent>> {
  const { client, api: base, authorization, authorizationHeader: tokenHeader, tenant } = profile
  // One for all, so that a record that cannot be written is said once.
  const write = writeAtOnce(invocation, client.stateDirectory)
  const recorderFor = (id: string | undefined) => {
    const reason = client.reason ?? reasonFor(id)
    const recorder = openRecorder(invocation, { ...client, reason }, undefined, write)
    recorder.signedInBy(sessionIdToken)
    return recorder
  }
  const http = await invocation.ports.http(client.http)
  const proofs = openProofs(invocation.ports.clock)
  const shared: Destination = {
    base,
    authorization,
    tokenHeader,
    http,
    proofs,
  }
  const { tenantHeader } = backendOf(profile.backend)
  const place = tenantHeader !== undefined && tenant !== undefined ? { [tenantHeader]: tenant } : {}
  return async ({ token, method = 'GET', path, query = '', headers = {}, body, base: at }, id) => {
    const witness = toTheEnd(invocation.ports.signals, recorderFor(id).request)
    const destination = { ...shared, witness, base: at === undefined ? base : placedAt(at, base) }
    const request = {
      method,
      path,
      query,
      // An attack may name another tenant than the profile.
      headers: { ...place, ...headers },
      ...(body !== undefined && { body }),
    }
    try {
      // A forged token comes with a good proof: only the token may be what is refused.
      if (token !== undefined) proofs.bind(token, proofKey, skewSeconds)
      const before = proofs.lesson()
      const first = await sendOnce(destination, request, token)
      const isProofRefused = token !== undefined && proofs.learn(token, first, before)
      const answer = isProofRefused ? await sendOnce(destination, request, token) : first
      const asked = target(destination.base, request)
      const follows =
        (id !== undefined || token === undefined) && READS.includes(method) && body === undefined
      const again = follows ? sameAt(asked, locationOf(answer)) : undefined
      if (again === undefined) return { seen: seenIn(answer, asked), answer }
      const there = { ...request, path: again.pathname, query: again.search }
      const last = await sendOnce({ ...destination, base: placedAt('/', base) }, there, token)
      return { seen: seenIn(last, again, asked), answer: last }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return { seen: { failure: error.message }, answer: undefined }
    }
  }
}

/** Another path on the same origin. */
function placedAt(path: string, base: URL): URL {
  const url = new URL(base)
  url.pathname = path
  return url
}

const READS: readonly string[] = ['GET', 'HEAD']

const locationOf = ({ status, headers }: HttpAnswer): string | undefined =>
  status >= 300 && status < 400 ? headers.location : undefined

/** `before`: what was asked for first, where a redirect led to `asked`. */
const seenIn = (answer: HttpAnswer, asked: URL, before?: URL): Seen => ({
  status: answer.status,
  isPage: isPage(answer),
  type: (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
  body: answer.body,
  redirect: redirectOf(asked, locationOf(answer), before),
})
