import type { IncomingMessage, ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'

/** What an API answers: a document (an object is made JSON), with another status and other headers where they are given. */
export interface MetadataAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | object
  /** Sends only the head, and holds the connection. */
  readonly hangs?: true
}

/** An API that says about signing in whatever a test makes it say. */
export interface MetadataApi {
  /** Origin, without a path. */
  readonly url: string
  /** Paths asked for, in order. */
  readonly paths: readonly string[]
  /** By path. A test sets it at any time. */
  answers: Readonly<Record<string, MetadataAnswer>>
  /** The answer to all other paths; 404 unless a test sets it. */
  otherwise: MetadataAnswer
  close(): Promise<void>
}

/** Where the metadata of an origin are (RFC 9728 §3.1). */
export const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Starts it on a loopback port. */
export async function startMetadataApi(): Promise<MetadataApi> {
  const paths: string[] = []
  const server = httpServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    paths.push(path)
    const { status = 200, headers, body = '', hangs } = api.answers[path] ?? api.otherwise
    const isText = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    if (hangs) response.flushHeaders()
    else response.end(isText ? body : JSON.stringify(body))
  })
  const listening = await listen(server)
  const api: MetadataApi = {
    url: `http://127.0.0.1:${listening.port}`,
    paths,
    answers: {},
    otherwise: { status: 404 },
    close: () => listening.close(),
  }
  return api
}
