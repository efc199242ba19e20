import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { discoverKeys } from '../gateway.ts'
import { httpServer, listen } from '../loopback-server.ts'

/** One request as the gateway saw it. */
export interface GatewayRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  status: number
}

/** What a gateway says. */
export interface GatewayAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A gateway that is running. */
export interface RunningGateway {
  readonly origin: string
  readonly requests: readonly GatewayRequest[]
  close(): Promise<void>
}

/** Starts a gateway that only reads, on loopback. */
export async function startReading(
  answer: (request: IncomingMessage, url: URL) => Promise<GatewayAnswer>,
): Promise<RunningGateway> {
  const requests: GatewayRequest[] = []
  const server = httpServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://gateway')
    const record: GatewayRequest = { path: url.pathname, headers: request.headers, status: 0 }
    requests.push(record)
    answer(request, url).then(
      (one) => {
        record.status = one.status
        write(response, one)
      },
      () => response.destroy(),
    )
  })
  const listening = await listen(server)
  return { origin: `http://127.0.0.1:${listening.port}`, requests, close: () => listening.close() }
}

function write(response: ServerResponse, { status, headers = {}, body = '' }: GatewayAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
  response.end(body)
}

/** Checks tokens of an issuer: signature, issuer, times. */
export function verifierOf(issuer: string): (token: string) => Promise<JWTPayload> {
  let keys: Promise<JWTVerifyGetKey> | undefined
  return async (token) => {
    keys ??= discoverKeys(issuer, fetch)
    return (await jwtVerify(token, await keys, { issuer, algorithms: ['RS256', 'ES256'] })).payload
  }
}

/** What the server behind says, decompressed. No header of the caller goes there but `Accept`. */
export async function askBehind(
  upstream: string,
  target: string,
  accept: string,
): Promise<Required<GatewayAnswer>> {
  const answer = await fetch(upstream + target, { headers: { accept }, redirect: 'manual' })
  const type = answer.headers.get('content-type')
  return {
    status: answer.status,
    headers: type === null ? {} : { 'content-type': type },
    body: Buffer.from(await answer.arrayBuffer()),
  }
}

/** The audiences of a token. */
export const audiencesOf = ({ aud }: JWTPayload): readonly string[] => [aud ?? []].flat()
