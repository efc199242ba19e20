import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
} from 'jose'
import { mint } from './canaries.ts'
import { httpServer, listen } from './loopback-server.ts'

/** The one weakness of a gateway; `none` is sound. */
export type Hole =
  | 'none'
  | 'no token needed'
  | 'any string'
  | 'alg none'
  | 'alg None'
  | 'alg nOnE'
  | 'alg none, signed'
  | 'empty signature'
  | 'HEAD'
  | 'doubled slash'
  | 'encoded letter'
  | 'letter case'
  | 'another first segment'
  | `header ${string}`
  | 'key confusion, PEM'
  | 'key confusion, trimmed PEM'
  | 'key confusion, DER'
  | 'unknown kid'
  | 'kid only'
  | 'jwk header'
  | 'no signature'
  | 'no exp'
  | 'no aud'
  | 'ID tokens'
  | 'last byte'
  | 'cache by prefix'
  | 'cache by signature'
  | 'method override'
  | 'override parameter'
  | 'writes'
  | 'public'

/** One request as the gateway had it. */
export interface WeakRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The method that went to the back end; undefined: it was refused. */
  passedOn: string | undefined
}

/** A gateway with a back end of its own behind it. */
export interface WeakGateway {
  readonly url: string
  readonly log: WeakRequest[]
  hole: Hole
  /** The path that the API is at, such as `/tempo`; its rules fit what starts with that. */
  at: string
  /** Answers in place of the gateway; undefined: it answers itself. */
  inFront: ((request: WeakRequest, token: string | undefined) => Reply | undefined) | undefined
  close(): Promise<void>
}

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Whom it trusts. */
interface Trust {
  readonly issuer: string
  readonly audience: string
  readonly clientId: string
}

/** Starts a gateway in front of a Lightstep project that reads, and that would write. */
export async function startWeakGateway(trust: Trust): Promise<WeakGateway> {
  const log: WeakRequest[] = []
  const verified = new Map<string, JWTPayload>()
  const server = httpServer(async (request, response) => {
    // As text: two slashes in front would be a host.
    const url = new URL(`http://gateway${request.url}`)
    const line: WeakRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.search,
      headers: request.headers,
      body: await text(request),
      passedOn: undefined,
    }
    log.push(line)
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    // Forged tokens hold what the person is, so they are secrets, too.
    if (token?.startsWith('ey')) mint(token, 'token')
    const { status, headers, body } =
      gateway.inFront?.(line, token) ?? (await answer(line, token, gateway, trust, verified))
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body ?? '{}')
  })
  const listening = await listen(server)
  const gateway: WeakGateway = {
    url: `http://127.0.0.1:${listening.port}`,
    log,
    hole: 'none',
    at: '',
    inFront: undefined,
    close: () => listening.close(),
  }
  return gateway
}

async function answer(
  line: WeakRequest,
  token: string | undefined,
  { hole, at }: Pick<WeakGateway, 'hole' | 'at'>,
  trust: Trust,
  verified: Map<string, JWTPayload>,
): Promise<Reply> {
  const claims = needsNoToken(line, hole, at)
    ? {}
    : await judge(token, hole, trust, verified).catch(() => undefined)
  if (claims === undefined) return { status: 401, body: '{"errors":["sign in first"]}' }
  const isWrite = line.method !== 'GET' && line.method !== 'HEAD'
  if (isWrite && hole !== 'writes' && hole !== 'public')
    return { status: 403, body: '{"errors":["reads only"]}' }
  const named = line.headers['x-http-method-override'] ?? line.headers['x-method-override']
  const parameter = new URLSearchParams(line.query).get('_method')
  const other = hole === 'method override' ? named : hole === 'override parameter' ? parameter : undefined
  line.passedOn = String(other ?? line.method)
  return backEnd(line.passedOn, line, at)
}

/** Whether the rule that asks for a token does not fit this request, though the back end takes it for a plain read. */
function needsNoToken({ method, path, headers }: WeakRequest, hole: Hole, at: string): boolean {
  if (hole === 'HEAD') return method === 'HEAD'
  if (hole === 'doubled slash') return path.startsWith('//')
  if (hole === 'encoded letter') return path.includes('%')
  if (hole === 'letter case') return path !== path.toLowerCase()
  if (hole === 'another first segment') return !path.startsWith(at)
  return hole.startsWith('header ') && headers[hole.slice('header '.length).toLowerCase()] !== undefined
}

const PROJECT = '/public/v0.2/acme/projects/prod'

/** Reads lists; makes streams out of JSON. Takes any spelling of a path. */
function backEnd(method: string, { path: spelled, body }: WeakRequest, at: string): Reply {
  const whole = decodeURIComponent(spelled).replace(/\/+/g, '/').toLowerCase()
  const path = whole.startsWith(at) ? whole.slice(at.length) : whole
  if (method === 'POST' && path === `${PROJECT}/streams`) {
    try {
      JSON.parse(body)
      return { status: 201 }
    } catch {
      return { status: 400, body: '{"errors":["not JSON"]}' }
    }
  }
  if (!path.startsWith(PROJECT)) return { status: 404 }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: '{"errors":["method not allowed"]}' }
  return { status: 200, body: '{"data":{"items":[]}}' }
}

/** The claims of a token that this gateway believes. */
async function judge(
  token: string | undefined,
  hole: Hole,
  trust: Trust,
  verified: Map<string, JWTPayload>,
): Promise<JWTPayload | undefined> {
  if (hole === 'public') return {}
  if (token === undefined) return hole === 'no token needed' ? {} : undefined
  if (!token.startsWith('ey')) return hole === 'any string' ? {} : undefined
  const cached = verified.get(cacheKey(token, hole))
  const isCached = cached !== undefined && hole.startsWith('cache')
  if (!isCached && !(await isSigned(token, hole, trust))) return undefined
  const claims = isCached ? cached : decodeJwt(token)
  if (hole.startsWith('cache')) verified.set(cacheKey(token, hole), claims)
  return isMeantForUs(claims, hole, trust) ? claims : undefined
}

const cacheKey = (token: string, hole: Hole): string =>
  hole === 'cache by signature' ? `${token.split('.')[2]}` : token.slice(0, -20)

function isMeantForUs(claims: JWTPayload, hole: Hole, { issuer, audience, clientId }: Trust): boolean {
  const audiences = [claims.aud].flat()
  const isOurs = audiences.includes(audience) || (hole === 'ID tokens' && audiences.includes(clientId))
  // Whoever forgets the audience may still ask for the kind of token, by a claim that ID tokens lack.
  const isAccess = hole === 'no aud' && claims.client_id !== undefined
  const isFresh = (claims.exp ?? 0) > Date.now() / 1000
  return claims.iss === issuer && (isOurs || isAccess) && (isFresh || hole === 'no exp')
}

async function isSigned(token: string, hole: Hole, { issuer }: Trust): Promise<boolean> {
  const header = decodeProtectedHeader(token)
  if (hole === 'no signature') return true
  const signature = token.split('.')[2]
  if (header.alg === 'none') return hole === (signature === '' ? 'alg none' : 'alg none, signed')
  if (`${header.alg}`.toLowerCase() === 'none') return hole === `alg ${header.alg}`
  if (signature === '') return hole === 'empty signature'
  const keys = await keysOf(issuer)
  const key = keys.keys.find(({ kid }) => kid === header.kid)
  if (hole === 'unknown kid' && key === undefined && header.jwk === undefined) return true
  if (hole === 'kid only' && key !== undefined && header.alg === 'RS256') return true
  if (hole === 'jwk header' && header.jwk !== undefined)
    return isGood(token, await importJWK(header.jwk as JWK, 'RS256'))
  if (header.alg === 'HS256') return isGood(token, secretOf(keys.keys[0] as JWK, hole))
  const good = await isGood(token, createLocalJWKSet(keys))
  return good || (hole === 'last byte' && (await isGood(flipped(token), createLocalJWKSet(keys))))
}

const isGood = (token: string, key: unknown): Promise<boolean> =>
  compactVerify(token, key as Parameters<typeof compactVerify>[1]).then(
    () => true,
    () => false,
  )

/** The public key as the bytes that HMAC is given. A sound gateway gives it none. */
function secretOf(key: JWK, hole: Hole): Uint8Array | undefined {
  const object = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
  const pem = object.export({ type: 'spki', format: 'pem' }).toString()
  if (hole === 'key confusion, PEM') return Buffer.from(pem)
  if (hole === 'key confusion, trimmed PEM') return Buffer.from(pem.trim())
  if (hole === 'key confusion, DER') return object.export({ type: 'spki', format: 'der' })
  return undefined
}

function flipped(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return [header, payload, bytes.toString('base64url')].join('.')
}

async function keysOf(issuer: string): Promise<JSONWebKeySet> {
  return (await (await fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet
}
