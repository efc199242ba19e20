import type { IncomingMessage } from 'node:http'
import {
  askBehind,
  audiencesOf,
  type GatewayAnswer,
  type GatewayRequest,
  startReading,
  verifierOf,
} from './passing.ts'

/** How a vmauth with one JWT user is configured. */
export interface VmauthOptions {
  readonly issuer: string
  /** `match_claims.aud`; without it a token for any audience is let in. */
  readonly audience?: string
  /** `url_prefix`: the server behind, with its path. */
  readonly upstream: string
  /** `src_paths`; every path when absent. */
  readonly routes?: RegExp
}

/** A running vmauth. */
export interface Vmauth {
  readonly url: string
  readonly requests: readonly GatewayRequest[]
  /** `logs`: with `-logInvalidAuthTokens`, which repeats the token. */
  refuses: 'plainly' | 'logs'
  close(): Promise<void>
}

/** Starts an emulation of vmauth 1.147 (app/vmauth/main.go, lib/httpserver). */
export async function startVmauth(options: VmauthOptions): Promise<Vmauth> {
  const verify = verifierOf(options.issuer)
  const running = await startReading(async (request, url) => {
    const answer = await answerFor(request, url, options, verify, vmauth.refuses)
    return { ...answer, headers: { ...answer.headers, 'X-Server-Hostname': 'vmauth-0' } }
  })
  const vmauth: Vmauth = {
    url: running.origin,
    requests: running.requests,
    refuses: 'plainly',
    close: running.close,
  }
  return vmauth
}

async function answerFor(
  request: IncomingMessage,
  url: URL,
  { audience, upstream, routes = /./ }: VmauthOptions,
  verify: ReturnType<typeof verifierOf>,
  refuses: Vmauth['refuses'],
): Promise<GatewayAnswer> {
  const { authorization = '' } = request.headers
  if (authorization === '') {
    const missing = text(401, 'missing `Authorization` request header\n')
    return { ...missing, headers: { ...missing.headers, 'www-authenticate': 'Basic realm="Restricted"' } }
  }
  const where = `remoteAddr: "127.0.0.1:40000"; requestURI: ${url.pathname}; `
  const claims = await verify(authorization.replace(/^Bearer /, '')).catch(() => undefined)
  if (claims === undefined || (audience !== undefined && !audiencesOf(claims).includes(audience))) {
    if (refuses === 'plainly') return text(401, 'Unauthorized\n')
    return text(401, `${where}cannot authorize request with auth tokens ["http_auth:${authorization}"]\n`)
  }
  if (!routes.test(url.pathname)) return text(400, `${where}missing route for "${url.pathname}"\n`)
  return askBehind(upstream, url.pathname + url.search, request.headers.accept ?? '*/*')
}

const text = (status: number, body: string): GatewayAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body,
})
