import type { Clock } from '../ports/ports.ts'
import { skewOf } from '../steady-clock.ts'
import type { ProofKey, signerOf } from './proof-key.ts'

/** The proofs that one process shows to one API: it remembers the API's nonce and clock, and no longer than it lives. */
export interface Proofs {
  /** Says which key a token is bound to; undefined: to none. `skewSeconds`: the clock of others minus ours, as far as known. */
  bind(token: string, key: ProofKey | undefined, skewSeconds: number): void
  /** Headers for one request: the token with a new proof (RFC 9449 §7.1). Undefined: it is bound to no key known here. */
  headers(token: string, method: string, url: URL): Promise<ProofHeaders | undefined>
  /** What the proofs of now are made with. */
  lesson(): Lesson
  /**
   * Learns from an answer. True: it refuses the proof, and a new one may be taken. Of many requests at once each can be refused
   * for the same nonce, so `before` is the lesson from before the request was sent. Ask so once for each request.
   */
  learn(token: string, answer: Answer, before: Lesson): boolean
}

interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
}

/** What answers have taught about the API: its last nonce, and its clock minus ours, in seconds. */
export interface Lesson {
  readonly nonce?: string
  readonly skewSeconds?: number
}

/** A token, and the proof that whoever sends it holds its key. */
export interface ProofHeaders extends Readonly<Record<string, string>> {
  readonly authorization: string
  readonly dpop: string
}

/** A token that is bound, and what signs for it. */
interface Bound {
  readonly token: string
  readonly key: ProofKey
  signer?: ReturnType<typeof signerOf>
}

/** A request may be on its way with the token before the present one. */
const TOKENS = 2

/** Opens the proofs of one process; it loads nothing before the first one is made. */
export function openProofs(clock: Pick<Clock, 'now'>): Proofs {
  let bound: readonly Bound[] = []
  let known: Lesson = {}
  const find = (token: string) => bound.find((one) => one.token === token)
  return {
    bind(token, key, knownSkew) {
      if (key === undefined || find(token) !== undefined) return
      bound = [{ token, key }, ...bound].slice(0, TOKENS)
      known = { skewSeconds: knownSkew, ...known }
    },
    async headers(token, method, url) {
      const one = find(token)
      if (one === undefined) return undefined
      const { makeProof, signerOf } = await import('./proof-key.ts')
      one.signer ??= signerOf(one.key)
      const { nonce, skewSeconds = 0 } = known
      const issuedAt = Math.floor(clock.now() / 1000) + skewSeconds
      const content = { method, url, token, nonce, issuedAt, id: crypto.randomUUID() }
      return { authorization: `DPoP ${token}`, dpop: await makeProof(one.key, await one.signer, content) }
    },
    lesson: () => known,
    learn(token, { status, headers }, before) {
      if (find(token) === undefined) return false
      const nonce = nonceIn(headers)
      if (nonce !== undefined) known = { ...known, nonce }
      if (status !== 401) return false
      const date = [headers.date].flat()[0]
      // No difference to a number that is none is large.
      const skew = date === undefined ? Number.NaN : skewOf({ headers: { date } }, clock.now())
      const isOff = ({ skewSeconds = 0 }: Lesson) => Math.abs(skew - skewSeconds) > TOLERATED_SECONDS
      if (isOff(known)) known = { ...known, skewSeconds: skew }
      return isOff(before) || (nonce !== undefined && nonce !== before.nonce && wantsNonce(headers))
    },
  }
}

/** So far apart a Date header and a clock may be that agree: it has whole seconds, and was some time on its way. */
const TOLERATED_SECONDS = 2

/** Header fields of an answer, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Whether a server refuses a proof for want of its nonce (RFC 9449 §9). */
export const wantsNonce = (headers: AnswerHeaders): boolean =>
  /\bdpop\b.*\berror\s*=\s*"?use_dpop_nonce\b/i.test([headers['www-authenticate']].flat().join(', '))

/** A server's nonce, which stands in proofs as it came: visible ASCII (RFC 9449 §8.1); a longer one is none. */
function nonceIn(headers: AnswerHeaders): string | undefined {
  const nonce = [headers['dpop-nonce']].flat()[0]
  return nonce !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(nonce) ? nonce : undefined
}
