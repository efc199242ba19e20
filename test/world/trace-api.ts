import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { httpServer, listen, type ServerIdentity } from './loopback-server.ts'
import { misbehave, sendErrors, sendJson, type TraceApiMode } from './trace/answers.ts'
import { Snapshots } from './trace/lightstep-snapshots.ts'
import { queryTimeseries, type Reply, telemetryAttributes } from './trace/lightstep-telemetry.ts'
import { type TraceData, toStoredTraces } from './trace-data.ts'

export type { TraceApiMode } from './trace/answers.ts'

/** One request as the trace API saw it, with every header: tests look for tokens that must not arrive. */
export interface TraceApiRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Milliseconds since the epoch. */
  readonly at: number
  /** 0 while unanswered. */
  status: number
}

/** What the API knows and what it takes. */
export interface TraceApiOptions {
  apiKey: string
  /** `acme` when absent. */
  organization?: string
  /** `prod` when absent; may hold spaces, as real names do. */
  project?: string
  traces?: readonly TraceData[]
  tls?: ServerIdentity
  port?: number
}

/** A running Lightstep public API with one organization and one project. */
export interface TraceApi {
  /** Origin, without a path. */
  readonly url: string
  readonly requests: readonly TraceApiRequest[]
  readonly connections: number
  /** A mode for all requests, or a choice for each (numbered from 1). */
  mode: TraceApiMode | ((n: number, url: string) => TraceApiMode)
  /** What `rate-limited` announces in X-RateLimit-Reset; 1 at the start. */
  rateLimitResetSeconds: number
  /** Replace to add traces later: the API answers 404 until a trace is assembled. */
  traces: readonly TraceData[]
  /** Services beside those of the traces: the directory knows them for weeks. */
  services: readonly string[]
  readonly snapshots: Snapshots
  close(): Promise<void>
}

/** Starts an emulation of the Lightstep public API v0.2 (the read paths that the CLI uses) on loopback. */
export async function startTraceApi(options: TraceApiOptions): Promise<TraceApi> {
  const { apiKey, organization = 'acme', project = 'prod', tls } = options
  const requests: TraceApiRequest[] = []
  const server = httpServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const record: TraceApiRequest = { method, url, headers, at: Date.now(), status: 0 }
    requests.push(record)
    response.once('finish', () => {
      record.status = response.statusCode
    })
    const mode = typeof api.mode === 'function' ? api.mode(requests.length, url) : api.mode
    if (mode !== 'normal') {
      request.resume()
      return misbehave(mode, request, response, api.rateLimitResetSeconds)
    }
    const tenant = { apiKey, organization, project, origin: api.url, api }
    if (method === 'POST') return void bodyOf(request).then((body) => answer(request, response, tenant, body))
    request.resume()
    answer(request, response, tenant)
  }, tls)
  const listening = await listen(server, options.port)
  const api: TraceApi = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${listening.port}`,
    requests,
    get connections() {
      return listening.connections
    },
    mode: 'normal',
    rateLimitResetSeconds: 1,
    traces: options.traces ?? [],
    services: [],
    snapshots: new Snapshots(),
    close: () => listening.close(),
  }
  return api
}

interface Tenant {
  apiKey: string
  organization: string
  project: string
  origin: string
  api: TraceApi
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function answer(request: IncomingMessage, response: ServerResponse, tenant: Tenant, posted?: string) {
  const url = new URL(request.url ?? '/', tenant.origin)
  const refuse = (status: number, message: string) => sendErrors(request, response, status, message)
  const [root, version, organization, ...path] = url.pathname.slice(1).split('/').map(decoded)
  if (root !== 'public' || version !== 'v0.2') return refuse(404, 'Not found')
  if (organization !== tenant.organization || !isKey(request.headers.authorization, tenant.apiKey)) {
    return refuse(401, 'Invalid API key, or the organization does not exist')
  }
  const [resource, project, view, ...rest] = path
  if (resource === 'test' && project === undefined) {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end('OK')
    return
  }
  const reply = projectReply(project === tenant.project ? [view ?? '', ...rest] : [], url, tenant.api, posted)
  if (reply) return sendJson(request, response, reply.status, reply.body, reply.headers)
  if (project !== undefined && project !== tenant.project) return refuse(404, `Project ${project} not found`)
  if (request.method !== 'GET') return refuse(405, 'Method not allowed')
  const directory = view === 'directory' && rest.join('/') === 'services' && project === tenant.project
  if (resource === 'projects' && directory) return listServices(url, request, response, tenant)
  if (resource !== 'projects' || rest.length > 0) return refuse(404, 'Not found')
  if (project === undefined) {
    const self = `${prefix(tenant)}/projects`
    return sendJson(request, response, 200, { data: [projectResource(tenant)], links: { self } })
  }
  if (view === undefined) return sendJson(request, response, 200, { data: projectResource(tenant) })
  if (view !== 'stored-traces') return refuse(404, 'Not found')
  storedTraces(url, request, response, tenant)
}

/** The paths of a project that a body or a state of its own belongs to. */
function projectReply(
  [view, id, part]: readonly string[],
  url: URL,
  api: TraceApi,
  posted: string | undefined,
): Reply | undefined {
  const data =
    (posted === undefined ? {} : (JSON.parse(posted) as { data: Record<string, never> }).data) ?? {}
  const attributes = (data.attributes ?? {}) as Record<string, string>
  if (posted !== undefined) {
    if (view === 'telemetry' && id === 'attributes') return telemetryAttributes(data, api.traces)
    if (view === 'telemetry' && id === 'query_timeseries') return queryTimeseries(attributes, api.traces)
    return view === 'snapshots' && id === undefined ? api.snapshots.take(attributes.query ?? '') : undefined
  }
  if (view === 'snapshots' && id !== undefined && part === undefined) {
    return api.snapshots.look(id, url.searchParams.get('include-exemplars') === '1', api.traces)
  }
  return undefined
}

/** `data` is an object here, unlike everywhere else in this API. */
function listServices(url: URL, request: IncomingMessage, response: ServerResponse, tenant: Tenant) {
  const [limit, offset] = ['limit', 'offset'].map((name) => Number(url.searchParams.get(name) ?? 0))
  const traced = tenant.api.traces.flatMap(({ spans }) => spans.map((span) => span.service))
  const names = [...new Set([...tenant.api.services, ...traced])]
  const page = names.slice(offset, (offset as number) + (limit || 100))
  const items = page.map((name) => ({ attributes: { name, last_seen: '2026-09-21T14:15:15Z' } }))
  sendJson(request, response, 200, { data: { type: 'services', items, links: { self: url.href } } })
}

function storedTraces(url: URL, request: IncomingMessage, response: ServerResponse, tenant: Tenant) {
  const asked = url.searchParams.get('span-id')
  if (!asked) return sendErrors(request, response, 400, 'Missing required parameter: span-id')
  if (!/^[\da-f]{1,16}$/i.test(asked)) return sendErrors(request, response, 400, 'Invalid span-id')
  const spanId = asked.toLowerCase().padStart(16, '0')
  const trace = tenant.api.traces.find(({ spans }) => spans.some((span) => span.spanId === spanId))
  if (!trace || !tenant.api.snapshots.isAssembled(trace))
    return sendErrors(request, response, 404, `No trace found for span ${asked}`)
  sendJson(request, response, 200, toStoredTraces(trace, spanId, url.href))
}

function projectResource(tenant: Tenant): Record<string, unknown> {
  const self = `${prefix(tenant)}/projects/${encodeURIComponent(tenant.project)}`
  return {
    type: 'project',
    id: tenant.project,
    attributes: { name: tenant.project },
    relationships: { streams: { links: { related: `${self}/streams` } } },
    links: { self },
  }
}

function prefix(tenant: Tenant): string {
  return `${tenant.origin}/public/v0.2/${encodeURIComponent(tenant.organization)}`
}

/** `Bearer`, `bearer` and the bare key are all in use by the vendor's own clients. */
function isKey(header: string | undefined, apiKey: string): boolean {
  return header?.replace(/^bearer +/i, '') === apiKey
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
