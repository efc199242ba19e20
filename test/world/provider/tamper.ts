import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Middleware } from 'oidc-provider'
import type { Kind } from '../canaries.ts'

/** A JSON object on its way to the client. */
export type Json = Record<string, unknown>

/** An answer that is not what the endpoint would say: any status, headers and bytes. */
export interface RawAnswer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly raw: string | Buffer
}

/**
 * How the provider misbehaves, as data that a test sets and unsets while it runs. Every function is optional; it gets
 * a copy of the real answer and returns what goes out instead.
 */
export interface Tamper {
  /** Sees every request first; returning true means it has answered (or hung up) by itself. */
  intercept?(request: IncomingMessage, response: ServerResponse, body: string): boolean
  /** The metadata document, at both well-known addresses. */
  discovery?(document: Json): Json | RawAnswer
  jwks?(document: Json): Json | RawAnswer
  /** Successful token answers only: by then a code is used up and a refresh token rotated. */
  tokenResponse?(body: Json, grantType: string): Json | RawAnswer | Promise<Json | RawAnswer>
  /** Token endpoint errors, `authorization_pending` included. */
  tokenError?(body: Json, grantType: string): Json | RawAnswer
  /** The last redirect, to the client's loopback listener. */
  callback?(url: URL): URL
  deviceResponse?(body: Json): Json | RawAnswer
  /** Answers the nth poll (from 1) of a device code; undefined lets the real endpoint answer. */
  devicePoll?(n: number): { status: number; body: Json } | undefined
  /** Answers a revocation, which then does not happen; undefined lets the real endpoint answer. */
  revocation?(): { status: number; headers?: Record<string, string> } | undefined
}

/** What the middleware needs from the provider around it. */
export interface TamperContext {
  readonly issuer: string
  readonly refreshTokens: 'rotate' | 'keep' | 'omit'
  readonly deviceInterval: number
  /** Read for every request, so a test can change it at any time. */
  tamper(): Tamper
  parameters(ctx: Context): URLSearchParams
  /** Told every secret the client is about to get. */
  issued(secret: string, kind: Kind): void
}

const PRINTED = ['access_token', 'id_token']
const SECRET_MEMBERS = [...PRINTED, 'refresh_token', 'device_code', 'registration_access_token']

/** The middleware in front of the real provider that applies a `Tamper` and notes what was issued. */
export function tampering(world: TamperContext): Middleware {
  const polls = new Map<string, number>()
  return async (ctx, next) => {
    const tamper = world.tamper()
    const parameters = world.parameters(ctx)
    if (answeredInstead(ctx, tamper, parameters, polls)) return
    await next()
    noteSecrets(ctx.body, world)
    rewriteCallback(ctx, world)
    if (!isJson(ctx.body)) return
    const body = await answer(ctx, structuredClone(ctx.body), parameters.get('grant_type') ?? '', world)
    if (!body) return
    if (isRaw(body)) {
      ctx.status = body.status
      ctx.body = body.raw
      for (const [name, value] of Object.entries(body.headers ?? {})) ctx.set(name, value)
    } else {
      ctx.body = body
      noteSecrets(body, world)
    }
  }
}

function answeredInstead(
  ctx: Context,
  tamper: Tamper,
  parameters: URLSearchParams,
  polls: Map<string, number>,
): boolean {
  if (ctx.method !== 'POST') return false
  if (ctx.path === '/token/revocation') {
    const instead = tamper.revocation?.()
    if (!instead) return false
    ctx.status = instead.status
    ctx.body = ''
    for (const [name, value] of Object.entries(instead.headers ?? {})) ctx.set(name, value)
    return true
  }
  if (ctx.path !== '/token' || !parameters.get('grant_type')?.endsWith(':device_code')) return false
  const code = parameters.get('device_code') ?? ''
  const n = (polls.get(code) ?? 0) + 1
  polls.set(code, n)
  const instead = tamper.devicePoll?.(n)
  if (!instead) return false
  ctx.status = instead.status
  ctx.body = instead.body
  return true
}

async function answer(
  ctx: Context,
  body: Json,
  grantType: string,
  world: TamperContext,
): Promise<Json | RawAnswer | undefined> {
  const tamper = world.tamper()
  switch (ctx.path) {
    case '/.well-known/openid-configuration':
    case '/.well-known/oauth-authorization-server':
      return tamper.discovery?.(body)
    case '/jwks':
      return tamper.jwks?.(body)
    case '/device/auth': {
      if (ctx.status !== 200) return undefined
      const announced = { ...body, interval: world.deviceInterval }
      return tamper.deviceResponse?.(announced) ?? announced
    }
    case '/token': {
      if (ctx.status !== 200) return tamper.tokenError?.(body, grantType)
      if (grantType === 'refresh_token' && world.refreshTokens === 'omit') delete body.refresh_token
      return (await tamper.tokenResponse?.(body, grantType)) ?? body
    }
    default:
      return undefined
  }
}

function rewriteCallback(ctx: Context, world: TamperContext): void {
  const location = ctx.response.get('location')
  if (!location || ctx.status < 300 || ctx.status > 399) return
  const url = URL.canParse(location) ? new URL(location) : undefined
  if (!url || url.origin === new URL(world.issuer).origin) return
  const code = url.searchParams.get('code')
  if (code) world.issued(code, 'never')
  const rewritten = world.tamper().callback?.(url)
  if (rewritten) ctx.set('location', rewritten.href)
}

function noteSecrets(body: unknown, world: TamperContext): void {
  if (!isJson(body)) return
  for (const member of SECRET_MEMBERS) {
    const secret = body[member]
    if (typeof secret === 'string' && secret !== '')
      world.issued(secret, PRINTED.includes(member) ? 'token' : 'never')
  }
}

function isJson(body: unknown): body is Json {
  return typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && !('pipe' in body)
}

function isRaw(body: Json | RawAnswer): body is RawAnswer {
  return 'raw' in body
}
