import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

/** What to send; a GET without a body when nothing is said. */
export interface Message {
  method?: string
  /** Goes into `Authorization` as a bearer token. */
  token?: string
  headers?: OutgoingHttpHeaders
  body?: string
  agent?: Agent
  /** The address that the request comes from. */
  from?: string
  /** Certificates to trust, PEM. */
  ca?: string
  rejectUnauthorized?: boolean
}

/** An answer, whole. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * Sends one request with exactly this path: no dot segment is resolved and nothing is encoded, as `fetch` would.
 * A connection of its own unless an agent is given. Follows no redirect.
 */
export function send(origin: string, path: string, message: Message = {}): Promise<Answer> {
  const { method = 'GET', token, body, agent, from, ca, rejectUnauthorized } = message
  const { protocol, hostname, port } = new URL(origin)
  const headers: OutgoingHttpHeaders = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    ...message.headers,
  }
  return new Promise((resolve, reject) => {
    const request = (protocol === 'https:' ? httpsRequest : httpRequest)(
      {
        hostname,
        port,
        path,
        method,
        headers,
        agent: agent ?? false,
        localAddress: from,
        ca,
        rejectUnauthorized,
      },
      (response) => {
        text(response).then(
          (whole) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole }),
          reject,
        )
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}
