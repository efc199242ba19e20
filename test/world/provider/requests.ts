import { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { mint } from '../canaries.ts'

/** Secrets that the client has made or keeps: the provider is where the world gets to see them. */
const OF_THE_CLIENT = ['code_verifier', 'client_assertion', 'refresh_token', 'device_code']

/** One request as the provider saw it. */
export interface ProviderRequest {
  readonly method: string
  readonly path: string
  readonly grantType?: string
  /** Query and form body together; holds secrets. */
  readonly parameters: URLSearchParams
  /** Milliseconds since the epoch, at arrival. */
  readonly at: number
  /** 0 while unanswered, and for ever when the connection was dropped. */
  status: number
}

/**
 * Reads a request to its end and returns it as data, with a copy that can be read again.
 * The provider refuses bodies that somebody else has consumed (and says so on the console), hence the copy.
 */
export async function recordRequest(
  request: IncomingMessage,
): Promise<{ record: ProviderRequest; body: string; replay: IncomingMessage }> {
  const at = Date.now()
  const bytes = await buffer(request)
  const body = bytes.toString()
  const url = new URL(request.url ?? '/', 'http://provider.invalid')
  const parameters = new URLSearchParams(url.search)
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(body)) parameters.append(name, value)
  }
  for (const name of OF_THE_CLIENT) for (const secret of parameters.getAll(name)) mint(secret)
  const grantType = parameters.get('grant_type')
  const record = {
    method: request.method ?? 'GET',
    path: url.pathname,
    ...(grantType !== null && { grantType }),
    parameters,
    at,
    status: 0,
  }
  return { record, body, replay: copyOf(request, bytes) }
}

function copyOf(request: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(request.socket)
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request
  Object.assign(copy, { method, url, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor })
  copy.headers = headers
  copy.complete = true // Otherwise the copy takes the real socket with it when it ends.
  if (body.length > 0) copy.push(body)
  copy.push(null)
  return copy
}
