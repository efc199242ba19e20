import type { IncomingMessage } from 'node:http'
import {
  askBehind,
  audiencesOf,
  type GatewayAnswer,
  type GatewayRequest,
  startReading,
  verifierOf,
} from './passing.ts'

/** How a Grafana with `[auth.jwt]` is configured, with one data source. */
export interface GrafanaOptions {
  readonly issuer: string
  readonly uid: string
  readonly upstream: string
  /** `header_name`; `X-JWT-Assertion` when absent. */
  readonly header?: string
  /** `expect_claims.aud`. */
  readonly audience?: string
  /** `username_claim`; `sub` when absent. */
  readonly usernameClaim?: string
  /** Groups whose role may query data sources; everybody when absent. */
  readonly viewers?: readonly string[]
}

/** A running Grafana. */
export interface Grafana {
  /** Of the data source, through its proxy. */
  readonly url: string
  readonly requests: readonly GatewayRequest[]
  close(): Promise<void>
}

const PROXY = '/grafana/api/datasources/proxy/uid/'

/** Starts an emulation of Grafana 12 (pkg/services/authn/clients/jwt.go, pkg/services/datasourceproxy). */
export async function startGrafana(options: GrafanaOptions): Promise<Grafana> {
  const { issuer, uid, upstream } = options
  const verify = verifierOf(issuer)
  const running = await startReading(async (request, url) => {
    const refusal = await refuse(request, options, verify)
    if (refusal !== undefined) return refusal
    const [, asked, path] = new RegExp(`^${PROXY}([\\w-]+)(/.*)$`).exec(url.pathname) ?? []
    if (path === undefined) return json(404, { message: 'Not found' })
    if (asked !== uid) return json(404, { message: 'Unable to find datasource', traceID: '' })
    return askBehind(upstream, path + url.search, request.headers.accept ?? '*/*')
  })
  return { url: `${running.origin}${PROXY}${uid}`, requests: running.requests, close: running.close }
}

async function refuse(
  { headers }: IncomingMessage,
  { header = 'X-JWT-Assertion', audience, usernameClaim = 'sub', viewers }: GrafanaOptions,
  verify: ReturnType<typeof verifierOf>,
): Promise<GatewayAnswer | undefined> {
  const value = headers[header.toLowerCase()]
  if (typeof value !== 'string' || value === '') {
    // A bearer token in Authorization is for the client that reads API keys.
    return headers.authorization?.startsWith('Bearer ')
      ? unauthorized('Invalid API key', 'api-key.invalid')
      : unauthorized('Unauthorized', 'auth.unauthorized')
  }
  const claims = await verify(value.replace(/^Bearer /, '')).catch(() => undefined)
  const isExpected =
    claims !== undefined && (audience === undefined || audiencesOf(claims).includes(audience))
  if (!isExpected) return unauthorized('Failed to verify JWT', 'jwt.invalid')
  if (claims[usernameClaim] === undefined)
    return unauthorized('Missing mandatory claim in JWT', 'jwt.missing_claim')
  const groups = [claims.groups ?? []].flat()
  if (viewers === undefined || viewers.some((one) => groups.includes(one))) return undefined
  const message =
    "You'll need additional permissions to perform this action. Permissions needed: datasources:query"
  return json(403, { accessErrorId: 'ACE0000000000', message, title: 'Access denied' })
}

const unauthorized = (message: string, messageId: string): GatewayAnswer =>
  json(401, { message, messageId, statusCode: 401, traceID: '' })

const json = (status: number, body: unknown): GatewayAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(body),
})
