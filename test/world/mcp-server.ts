import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import {
  type CallToolRequest,
  type CallToolResult,
  createMcpHandler,
  type InputRequiredResult,
  isInitializeRequest,
  Server,
  type ServerContext,
  type Tool,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { httpServer, listen } from './loopback-server.ts'

/** `modern`: 2026-07-28 alone. `stateless`, `stateful`: revisions that begin with `initialize`, as Tempo and Jaeger serve them. */
export type McpKind = 'modern' | 'stateless' | 'stateful'

/** A request as the server saw it. */
export interface McpRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Of the message in its body: `tools/call`, and the tool. */
  readonly rpc: string | undefined
  readonly tool: string | undefined
  status: number
}

export interface McpServerOptions {
  readonly kind: McpKind
  /** Whose tokens it takes; absent: it takes requests without one. */
  readonly issuer?: string
  /** An authorization server that it names to strangers, whose tokens it takes. */
  readonly authorization?: { readonly issuer: string; accepts(token: string): boolean }
  readonly port?: number
  /** A path that a proxy in front has, such as `/api/mcp`. */
  readonly path?: string
}

/** A Model Context Protocol server on loopback, by the official kit. */
export interface McpWorldServer {
  readonly url: string
  readonly requests: readonly McpRequest[]
  readonly calls: readonly CallToolRequest['params'][]
  tools: Tool[]
  call: (
    params: CallToolRequest['params'],
    context: ServerContext,
  ) => Promise<CallToolResult | InputRequiredResult>
  /** Good tokens (requests numbered from 1) that it refuses as invalid all the same. */
  distrusts: (n: number, token: string) => boolean
  /** A scope that the token must have for a call. */
  scope: string | undefined
  /** Answers in place of the kit; true: it has. */
  instead: (request: IncomingMessage, response: ServerResponse, message: unknown) => boolean
  /** Tells everybody who listens that the tools have changed. */
  toolsChanged(): Promise<void>
  /** Forgets all sessions, as after a restart. */
  forgetSessions(): void
  close(): Promise<void>
}

const tool = (name: string, annotations?: Tool['annotations']): Tool => ({
  name,
  description: `the tool ${name}`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  ...(annotations && { annotations }),
})

/** One tool that reads, one that writes and one that says of itself what it does not. */
export const TOOLS: readonly Tool[] = [
  tool('read_it', { readOnlyHint: true }),
  tool('write_it', { readOnlyHint: false }),
  tool('says_nothing'),
]

const DOCUMENT = '/.well-known/oauth-protected-resource'
const METADATA = '/.well-known/oauth-authorization-server'

export async function startMcpServer({
  kind,
  issuer,
  authorization: named,
  port,
  path = '/mcp',
}: McpServerOptions): Promise<McpWorldServer> {
  const requests: McpRequest[] = []
  const calls: CallToolRequest['params'][] = []
  let keys: Promise<JWTVerifyGetKey> | undefined
  const sessions = new Map<string, { transport: WebStandardStreamableHTTPServerTransport; kit: Server }>()
  const serverOf = () => {
    const kit = new Server(
      { name: 'world', version: '1' },
      { capabilities: { tools: { listChanged: true } } },
    )
    kit.setRequestHandler('tools/list', () => ({ tools: world.tools }))
    kit.setRequestHandler('tools/call', ({ params }, context) => {
      calls.push(params)
      return world.call(params, context)
    })
    return kit
  }
  const modern = createMcpHandler(serverOf, { legacy: kind === 'modern' ? 'reject' : 'stateless' })
  const answer = async (request: Request, message: unknown): Promise<Response> => {
    if (kind === 'modern') return modern.fetch(request, { parsedBody: message })
    const id = request.headers.get('mcp-session-id') ?? ''
    const known = sessions.get(id)
    if (known) return known.transport.handleRequest(request, { parsedBody: message })
    if (kind === 'stateful' && id !== '') return Response.json({ error: 'no such session' }, { status: 404 })
    if (kind === 'stateful' && !isInitializeRequest(message))
      return Response.json({ error: 'no session' }, { status: 400 })
    const transport = new WebStandardStreamableHTTPServerTransport({
      ...(kind === 'stateful' && {
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session: string) => void sessions.set(session, { transport, kit }),
      }),
    })
    const kit = serverOf()
    await kit.connect(transport)
    return transport.handleRequest(request, { parsedBody: message })
  }
  const server = httpServer(async (incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming
    const body = await textOf(incoming)
    const message = method === 'POST' && body !== '' ? JSON.parse(body) : undefined
    const seen: McpRequest = {
      method,
      path: url,
      headers,
      rpc: message?.method,
      tool: message?.params?.name,
      status: 0,
    }
    requests.push(seen)
    response.once('close', () => {
      seen.status = response.statusCode
    })
    if (world.instead(incoming, response, message)) return
    // Some clients look for it here, whatever the document says.
    if (named !== undefined && url === METADATA)
      return void send(await fetch(new URL(METADATA, named.issuer)), response)
    if (named !== undefined && url === `${DOCUMENT}${path}`) {
      const document = { resource: world.url, authorization_servers: [named.issuer] }
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(document))
    }
    if (url !== path) return void response.writeHead(404).end()
    const refused = await refusal(headers.authorization, requests.length, message?.method)
    if (refused)
      return void response.writeHead(refused.status, { 'www-authenticate': refused.challenge }).end('{}')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      signal: gone.signal,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]),
      ...(method === 'POST' && { body }),
    })
    await send(await answer(request, message), response)
  })
  const refusal = async (authorization = '', n: number, rpc: unknown) => {
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1]
    if (named !== undefined) {
      if (token && named.accepts(token) && !world.distrusts(n, token)) return undefined
      const { origin } = new URL(world.url)
      return { status: 401, challenge: `Bearer resource_metadata="${origin}${DOCUMENT}${path}"` }
    }
    if (issuer === undefined) return undefined
    if (!token) return { status: 401, challenge: 'Bearer realm="world"' }
    try {
      keys ??= keysOf(issuer)
      const { payload } = await jwtVerify(token, await keys, { issuer })
      if (world.distrusts(n, token)) return { status: 401, challenge: 'Bearer error="invalid_token"' }
      const held = String(payload.scope ?? '').split(' ')
      if (rpc !== 'tools/call' || world.scope === undefined || held.includes(world.scope)) return undefined
      return { status: 403, challenge: `Bearer error="insufficient_scope", scope="${world.scope}"` }
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      return { status: 401, challenge: 'Bearer error="invalid_token", error_description="expired"' }
    }
  }
  const listening = await listen(server, port)
  const world: McpWorldServer = {
    url: `http://127.0.0.1:${listening.port}${path}`,
    requests,
    calls,
    tools: [...TOOLS],
    call: async ({ name, arguments: args }) => ({
      content: [{ type: 'text', text: `${name} ${JSON.stringify(args ?? {})}` }],
    }),
    distrusts: () => false,
    scope: undefined,
    instead: () => false,
    async toolsChanged() {
      modern.notify.toolsChanged()
      await Promise.all([...sessions.values()].map(({ kit }) => kit.sendToolListChanged()))
    },
    forgetSessions: () => sessions.clear(),
    async close() {
      await modern.close()
      await listening.close()
    },
  }
  return world
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
  return createRemoteJWKSet(new URL((metadata as { jwks_uri: string }).jwks_uri))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (answer.body === null) return void response.end()
  const body = Readable.fromWeb(answer.body as never)
  response.once('close', () => body.destroy())
  response.flushHeaders()
  body.on('error', () => response.destroy()).pipe(response)
}
