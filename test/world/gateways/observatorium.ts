import type { IncomingMessage } from 'node:http'
import type { JWTPayload } from 'jose'
import { filterSearch, filterTrace } from './observatorium-filter.ts'
import {
  askBehind,
  audiencesOf,
  type GatewayAnswer,
  type GatewayRequest,
  startReading,
  verifierOf,
} from './passing.ts'

/** How an Observatorium API is configured: one tenant with OIDC, in front of a Tempo. */
export interface ObservatoriumOptions {
  readonly issuer: string
  /** The audience of every token. */
  readonly clientId: string
  readonly upstream: string
  readonly tenant?: string
  readonly usernameClaim?: string
  readonly groupClaim?: string
  /** Groups that a role binding lets read the tenant; everybody when absent. */
  readonly readers?: readonly string[]
  /** `--traces.query-rbac`: the namespaces whose attributes may be read; off when absent. */
  readonly namespaces?: readonly string[]
  /** The namespace of a service; undefined: its spans name none. */
  readonly namespaceOf?: (service: string) => string | undefined
  /** Where a router before it puts its Tempo API, when that is another address than its own. */
  readonly prefix?: string
}

/** A running Observatorium API. */
export interface Observatorium {
  /** Of its Tempo API. */
  readonly url: string
  readonly requests: readonly GatewayRequest[]
  /** Its errors are JSON from 2026 on; before they were plain text. */
  errors: 'json' | 'text'
  /** What a request for protobuf ends in where the filter cannot read it; undefined: a version whose filter can. */
  protobuf: 502 | 406 | 415 | undefined
  close(): Promise<void>
}

/** `allowedTempoAPIs` of its api/traces/v1/trace_rbac.go. */
const OPEN = [
  /^\/api\/traces\/\w+$/,
  /^\/api\/v2\/traces\/\w+$/,
  /^\/api\/search$/,
  /^\/api\/v2\/search\/tag\/(resource\.service\.name|resource\.k8s\.namespace\.name)\/values$/,
]

/** Starts an emulation of observatorium/api (authentication/oidc.go, authorization/http.go, api/traces/v1 at e5cc822). */
export async function startObservatorium(options: ObservatoriumOptions): Promise<Observatorium> {
  const { issuer, tenant = 'dev', prefix = `/api/traces/v1/${tenant}/tempo`, namespaces } = options
  const verify = verifierOf(issuer)
  const running = await startReading(async (request, url) => {
    const error = (status: number, message: string, headers = {}): GatewayAnswer =>
      gateway.errors === 'text'
        ? {
            status,
            headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
            body: `${message}\n`,
          }
        : {
            status,
            headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
            body: `${JSON.stringify({ status: 'error', errorType: 'observatorium-api', error: message })}\n`,
          }
    if (!url.pathname.startsWith(`${prefix}/`)) return { status: 404, body: '404 page not found\n' }
    const { authorization = '' } = request.headers
    if (authorization === '') return error(302, 'failed to find token', { location: `/oidc/${tenant}/login` })
    const [, token, ...more] = authorization.split(' ')
    if (token === undefined || more.length > 0) return error(401, 'invalid Authorization header')
    const claims = await verify(token).catch(() => undefined)
    if (claims === undefined || !audiencesOf(claims).includes(options.clientId))
      return error(500, 'failed to verify ID token')
    const lacking = lackingClaim(claims, options)
    if (lacking !== undefined) return error(400, lacking)
    // Its authorizer and its closed routes write a status and nothing else.
    if (!mayRead(claims, options)) return { status: 403 }
    const path = url.pathname.slice(prefix.length)
    if (namespaces === undefined) return askBehind(options.upstream, path + url.search, acceptOf(request))
    if (!OPEN.some((route) => route.test(path))) return { status: 403 }
    return filtered(request, url, path, { ...options, namespaces }, gateway.protobuf)
  })
  const gateway: Observatorium = {
    url: running.origin + prefix,
    requests: running.requests,
    errors: 'json',
    protobuf: 502,
    close: running.close,
  }
  return gateway
}

const acceptOf = ({ headers }: IncomingMessage): string => headers.accept ?? '*/*'

function lackingClaim(
  claims: JWTPayload,
  { usernameClaim, groupClaim }: ObservatoriumOptions,
): string | undefined {
  if (usernameClaim !== undefined && claims[usernameClaim] === undefined) return 'username cannot be empty'
  return groupClaim !== undefined && claims[groupClaim] === undefined ? 'group cannot be empty' : undefined
}

function mayRead(claims: JWTPayload, { groupClaim = 'groups', readers }: ObservatoriumOptions): boolean {
  const groups = [claims[groupClaim] ?? []].flat()
  return readers === undefined || readers.some((one) => groups.includes(one))
}

/** Its `ModifyResponse`: an error of it is a 502 with an empty body in Go's reverse proxy. */
async function filtered(
  request: IncomingMessage,
  url: URL,
  path: string,
  options: ObservatoriumOptions & { readonly namespaces: readonly string[] },
  protobuf: Observatorium['protobuf'],
): Promise<GatewayAnswer> {
  const isSearch = path === '/api/search'
  // It appends to the query, and a hint may stand at its end only (Tempo's grammar).
  if (isSearch && / with \(/.test(url.searchParams.get('q') ?? '')) {
    const what = 'parse error at line 1, col 4: syntax error: unexpected |'
    return { status: 400, headers: { 'content-type': 'text/plain' }, body: `invalid TraceQL query: ${what}` }
  }
  const accept = acceptOf(request)
  const wanted = protobuf === undefined && /protobuf/.test(accept) ? 'application/json' : accept
  const answer = await askBehind(options.upstream, path + url.search, wanted)
  if (answer.status !== 200 || /values$/.test(path)) return answer
  if (answer.headers['content-type'] !== 'application/json') return { status: protobuf ?? 502 }
  const document = JSON.parse(answer.body.toString()) as Record<string, unknown>
  const body = JSON.stringify(isSearch ? filterSearch(document) : filterTrace(document, options))
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}
