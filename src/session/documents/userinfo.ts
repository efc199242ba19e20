import type { Client } from '../../client.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure } from '../../errors.ts'
import { type JsonObject, jsonObject } from '../../json-object.ts'
import type { Ports } from '../../ports/ports.ts'
import type { SessionBody } from '../store/session-file.ts'

/** For display only, so the wait for it is short. */
const TIMEOUT_MILLISECONDS = 5_000

/**
 * The claims about a person that a provider gives at its userinfo endpoint alone (OpenID Connect Core §5.3, §5.4).
 * Undefined: it has none, does not answer, or answers for another subject (§5.3.2);
 * without an ID token there is none to compare. The token goes to the provider that
 * issued it and to no other origin. Throws no Failure.
 */
export async function askUserinfo(
  client: Client,
  {
    metadata,
    proofKey,
    skewSeconds = 0,
  }: Partial<Pick<SessionBody, 'metadata' | 'proofKey' | 'skewSeconds'>>,
  accessToken: string,
  subject: unknown,
  ports: Ports,
): Promise<JsonObject | undefined> {
  const { userinfo_endpoint: endpoint, token_endpoint: token } = metadata?.value ?? {}
  if (typeof endpoint !== 'string') return undefined
  const url = new URL(endpoint)
  if (![client.issuer, String(token)].some((one) => URL.canParse(one) && new URL(one).origin === url.origin))
    return undefined
  try {
    const http = await ports.http(client.http)
    const proofs = openProofs(ports.clock)
    proofs.bind(accessToken, proofKey, skewSeconds)
    const ask = async () => {
      const proven = await proofs.headers(accessToken, 'GET', url)
      return http.send({
        method: 'GET',
        url,
        headers: { accept: 'application/json', ...(proven ?? { authorization: `Bearer ${accessToken}` }) },
        maxBytes: 256 * 1024,
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      })
    }
    const before = proofs.lesson()
    const first = await ask()
    const answer = proofs.learn(accessToken, first, before) ? await ask() : first
    const claims = answer.status === 200 ? jsonObject(answer.body) : undefined
    return subject === undefined || claims?.sub === subject ? claims : undefined
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
