import type { Readable } from 'node:stream'
import { authorizationValue } from '../../api/authorization.ts'
import { isStepUp } from '../../api/request.ts'
import { backendOf } from '../../backends/table.ts'
import type { LocalExchange, Upstream, UpstreamAnswer } from '../../ports.ts'
import type { Profile } from '../../settings/profile.ts'
import { answerHeaders } from './answer-headers.ts'
import type { HeldToken } from './held-token.ts'
import type { Pass } from './judge.ts'
import { tokenMask } from './token-mask.ts'

/** Bodies up to this size are read whole before they are sent, so that they can be sent again after a 401. */
const WHOLE_BYTES = 1024 * 1024

/** Where requests go, and with which token. */
export interface Way {
  readonly profile: Pick<Profile, 'api' | 'authorization' | 'backend' | 'tenant'>
  readonly upstream: Upstream
  readonly tokens: HeldToken
}

/**
 * Sends a request on with the token and streams the answer back; gives its status. After a 401 the token is renewed once,
 * and the request sent again, whole or not at all. Failures: `network`, `refused`, and those of the token. Rejects when
 * either side breaks off.
 */
export async function passOn(exchange: LocalExchange, pass: Pass, way: Way): Promise<number> {
  const { tokens, upstream } = way
  let token = await tokens.token()
  const body = await bodyOf(exchange, pass)
  const send = () => upstream.send({ ...addressed(pass, token, way), body, signal: exchange.gone })
  let answer = await send()
  if (answer.status === 401 && token !== undefined && !isStepUp(challengeOf(answer))) {
    const renewed = await tokens.renew(token)
    if (renewed !== undefined && (body === undefined || Buffer.isBuffer(body))) {
      answer.body.on('error', () => {}).destroy()
      token = renewed
      answer = await send()
    }
  }
  const { status, headers } = answer
  const mask = token === undefined || headers['content-encoding'] !== undefined ? undefined : tokenMask(token)
  await exchange.stream({ ...answer, headers: answerHeaders(headers, token) }, mask)
  return status
}

/** Undefined: none. */
async function bodyOf(exchange: LocalExchange, { bodyBytes }: Pass): Promise<Buffer | Readable | undefined> {
  if (bodyBytes === 0) return undefined
  const body = exchange.body()
  if (bodyBytes === undefined || bodyBytes > WHOLE_BYTES) return body
  const parts: Buffer[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

/** Always below the base URL of the API: path and query are set, and were judged. */
function addressed(
  { method, path, query, headers, bodyBytes }: Pass,
  token: string | undefined,
  { profile }: Way,
) {
  const { api, authorization, backend, tenant } = profile
  const url = new URL(api)
  url.pathname = api.pathname.replace(/\/$/, '') + path
  url.search = query
  const { tenantHeader } = backendOf(backend)
  return {
    method,
    url,
    headers: [
      ...headers,
      ...(bodyBytes !== undefined && bodyBytes > 0 ? [['content-length', String(bodyBytes)] as const] : []),
      ...(tenantHeader !== undefined && tenant !== undefined ? [[tenantHeader, tenant] as const] : []),
      ...(token === undefined ? [] : [['authorization', authorizationValue(authorization, token)] as const]),
    ],
  }
}

const challengeOf = ({ headers }: UpstreamAnswer): string | undefined =>
  [headers['www-authenticate']].flat().filter(Boolean).join(', ')
