import { readFileSync } from 'node:fs'
import { connect, rootCertificates } from 'node:tls'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Failure } from '../errors.ts'
import type { Env, Http, HttpAnswer, HttpRequest, HttpSettings } from '../ports.ts'
import { explainNetwork } from './network-failure.ts'

const CONNECT_MILLISECONDS = 5_000
const REQUEST_MILLISECONDS = 30_000
const LOOPBACK = 'localhost,127.0.0.1,[::1],::1'

/**
 * The one way out to the network, for sign-in and API alike: proxy and CA settings, bounded time and decoded size,
 * no redirect ever followed, errors without foreign text.
 */
export async function openHttp(settings: HttpSettings, env: Env): Promise<Http> {
  // A CommonJS package: bundled, only its default export is there.
  const { default: undici } = await import('undici')
  const tls = tlsOptions(settings, env)
  const dispatcher = new undici.EnvHttpProxyAgent({
    ...proxyOptions(settings, env),
    connect: { timeout: CONNECT_MILLISECONDS, ...tls },
    requestTls: { timeout: CONNECT_MILLISECONDS, ...tls },
    proxyTls: { timeout: CONNECT_MILLISECONDS, ...tls },
  })
  return {
    async send(request) {
      const timeout = AbortSignal.timeout(
        request.timeoutMilliseconds ?? settings.timeoutMilliseconds ?? REQUEST_MILLISECONDS,
      )
      try {
        const answer = await undici.request(request.url, {
          dispatcher,
          method: request.method,
          headers: { 'accept-encoding': 'identity', ...request.headers },
          body: request.body ?? null,
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
        })
        const headers = flatten(answer.headers)
        const wire = await readCapped(answer.body, request)
        return { status: answer.statusCode, headers, body: await decode(wire, headers, request) }
      } catch (error) {
        if (error instanceof Failure) throw error
        if (request.signal?.aborted) throw request.signal.reason
        throw explainNetwork(error, request.url, timeout.aborted)
      }
    },
    async certificateIssuer(url) {
      const { httpProxy, httpsProxy } = proxyOptions(settings, env)
      if (url.protocol !== 'https:' || httpProxy || httpsProxy) return undefined
      return certificateIssuer(url, tls)
    },
  }
}

function certificateIssuer(
  url: URL,
  options: { ca?: string[]; cert?: string; key?: string },
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port || 443)
    const socket = connect({ ...options, host, port, servername: host, timeout: CONNECT_MILLISECONDS })
    const end = (issuer: string | undefined) => {
      socket.destroy()
      resolve(issuer)
    }
    socket.once('secureConnect', () => {
      const { O, CN } = socket.getPeerCertificate().issuer ?? {}
      end([O, CN].flat().filter(Boolean).join(' ') || undefined)
    })
    socket.once('timeout', () => end(undefined))
    socket.once('error', (error) => reject(explainNetwork(error, url, false)))
  })
}

/**
 * The environment wins over the profile, as everywhere. Empty strings, not undefined: the agent would otherwise read
 * the process environment behind our back.
 */
function proxyOptions(settings: HttpSettings, env: Env) {
  const variables = env.variables
  const noProxy = variables.NO_PROXY ?? variables.no_proxy ?? ''
  const http = variables.HTTP_PROXY || variables.http_proxy || settings.proxy || ''
  const https = variables.HTTPS_PROXY || variables.https_proxy || settings.proxy || ''
  for (const value of [http, https]) {
    if (value && !isProxyUrl(value)) {
      // Not quoted: it may hold a password.
      throw new Failure('settings', 'the proxy setting is not the URL of an HTTP proxy', {
        hint: 'Write it as http://host:port (HTTPS_PROXY, HTTP_PROXY or proxy in the profile).',
      })
    }
  }
  return { httpProxy: http, httpsProxy: https, noProxy: noProxy === '*' ? '*' : `${noProxy},${LOOPBACK}` }
}

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text)
    // Percent signs that are no escapes would be an unexpected error later on.
    decodeURIComponent(username + password)
    return protocol === 'http:' || protocol === 'https:'
  } catch {
    return false
  }
}

/** Node reads NODE_EXTRA_CA_CERTS itself, but an explicit `ca` replaces that set: so it is added here again. */
function tlsOptions(settings: HttpSettings, env: Env): { ca?: string[]; cert?: string; key?: string } {
  const own = {
    ...(settings.clientCert ? { cert: pem(settings.clientCert, 'client_cert') } : {}),
    ...(settings.clientKey ? { key: pem(settings.clientKey, 'client_key') } : {}),
  }
  if (!settings.caFile) return own
  const extra = env.variables.NODE_EXTRA_CA_CERTS
  return {
    ...own,
    ca: [
      ...rootCertificates,
      pem(settings.caFile, 'ca_file'),
      ...(extra ? [pem(extra, 'NODE_EXTRA_CA_CERTS')] : []),
    ],
  }
}

function pem(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Failure('settings', `${setting}: cannot read ${path}`, { cause })
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

async function readCapped(body: AsyncIterable<Buffer>, request: HttpRequest): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > request.maxBytes) throw tooLarge(request)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function decode(wire: Buffer, headers: HttpAnswer['headers'], request: HttpRequest): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decoders = { gzip: gunzip, 'x-gzip': gunzip, br: brotliDecompress, deflate: inflate }
  if (encoding === 'identity' || wire.length === 0) return wire
  const decoder = decoders[encoding as keyof typeof decoders]
  if (!decoder)
    throw new Failure('api-failed', `${request.url.host} answered in an encoding that was not asked for`)
  try {
    return await inflateWith(decoder, wire, request.maxBytes)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(request)
    throw new Failure('api-failed', `${request.url.host} sent a damaged compressed answer`, { cause })
  }
}

function inflateWith(decoder: typeof gunzip, wire: Buffer, maxOutputLength: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    decoder(wire, { maxOutputLength }, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}

function tooLarge(request: HttpRequest): Failure {
  return new Failure(
    'api-failed',
    `the answer of ${request.url.host} is larger than ${request.maxBytes} bytes`,
    {
      hint: 'ls-auth stopped reading. Ask for less, or look at what answers at this address.',
    },
  )
}
