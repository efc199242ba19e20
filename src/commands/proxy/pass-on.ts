import type { Readable } from 'node:stream'
import { overwrite, overwriteText, soughtBytes } from '../../api/echoed-token.ts'
import { askedSpanId, isAboutToken } from '../../api/request.ts'
import { tokenHeaders } from '../../api/request-headers.ts'
import { backendOf } from '../../backends/table.ts'
import type { Proofs } from '../../dpop/proofs.ts'
import { Failure } from '../../errors.ts'
import { pathForLog } from '../../loopback-host.ts'
import type { Upstream, UpstreamAnswer } from '../../ports/http.ts'
import type { ByteFilter, LocalExchange } from '../../ports/ports.ts'
import type { Profile } from '../../settings/profile.ts'
import type { HeldToken } from '../request/held-token.ts'
import type { Recorder } from '../request/recorder.ts'
import type { Header, Pass } from './judge.ts'

/** Bodies up to this size are read whole before they are sent, so that they can be sent again after a 401. */
const WHOLE_BYTES = 1024 * 1024

/** Where requests go, with which token, and who writes them down. */
export interface Way {
  readonly profile: Pick<Profile, 'api' | 'authorization' | 'authorizationHeader' | 'backend' | 'place'>
  readonly upstream: Upstream
  readonly tokens: HeldToken
  readonly proofs: Proofs
  readonly recorder: Pick<Recorder, 'request'>
  /** Each writes down a request that was sent and has not ended yet, as far as it came. */
  readonly unended: Set<() => void>
}

/**
 * Sends a request on with the token and streams the answer back; gives its status. After a 401 the token is renewed once, and
 * the request sent again, whole or not at all. Before that, it is sent again where only the proof of a key was refused.
 * Failures: `network`, `refused`, `api-failed` (an encoding that was not asked for), and those of the token. Rejects when
 * either side breaks off.
 */
export async function passOn(exchange: LocalExchange, pass: Pass, way: Way): Promise<number> {
  const { tokens, proofs } = way
  let token = await tokens.token()
  const body = await bodyOf(exchange, pass)
  const isWhole = body === undefined || Buffer.isBuffer(body)
  const before = proofs.lesson()
  let { answer, ended } = await send(exchange, pass, way, token, body)
  const discard = () => answer.body.on('error', () => {}).destroy()
  const sendAgain = async () => {
    discard()
    ended()
    ;({ answer, ended } = await send(exchange, pass, way, token, body))
    if (token !== undefined) proofs.learn(token, answer, before)
  }
  if (token !== undefined && proofs.learn(token, answer, before) && isWhole) await sendAgain()
  if (answer.status === 401 && token !== undefined && isAboutToken(answer.headers)) {
    const renewed = await tokens.renew(token)
    if (renewed !== undefined && isWhole) {
      token = renewed
      await sendAgain()
    }
  }
  const { status, headers } = answer
  const mask = token === undefined ? undefined : tokenMask(token)
  try {
    // The token could not be found in it.
    if (token !== undefined && isEncoded(headers)) {
      discard()
      throw new Failure(
        'api-failed',
        `${way.profile.api.host} answered in an encoding that ls-auth did not request`,
        {
          hint: 'Ask whoever runs it, or a proxy before it, to respect Accept-Encoding: identity.',
        },
      )
    }
    await exchange.stream({ ...answer, headers: answerHeaders(headers, token) }, mask)
  } finally {
    ended()
  }
  return status
}

/** Undefined: none. */
async function bodyOf(exchange: LocalExchange, { bodyBytes }: Pass): Promise<Buffer | Readable | undefined> {
  if (bodyBytes === 0) return undefined
  const body = exchange.body()
  if (bodyBytes === undefined || bodyBytes > WHOLE_BYTES) return body
  const parts: Buffer[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

/** Sends it, and writes it down when `ended` is called, or at once when there is no answer. */
async function send(
  exchange: LocalExchange,
  pass: Pass,
  way: Way,
  token: string | undefined,
  body: Buffer | Readable | undefined,
): Promise<{ answer: UpstreamAnswer; ended: () => void }> {
  const { method, traceparent } = pass
  const url = urlOf(pass, way.profile)
  const asked = { method, path: pathForLog(url), spanId: askedSpanId(url), token }
  const seen = way.recorder.request({ ...asked, parent: traceparent })
  let status: number | undefined
  const ended = () => {
    // Once: a signal may have ended it already.
    if (way.unended.delete(ended)) void seen.ended(status)
  }
  way.unended.add(ended)
  try {
    const ours = { ...seen.headers, ...(await authorised(way, token, method, url)) }
    const headers = headersOf(token === undefined ? pass : readable(pass), way.profile, ours)
    const answer = await way.upstream.send({ method, url, headers, body, signal: exchange.gone })
    status = answer.status
    return { answer, ended }
  } catch (error) {
    ended()
    throw error
  }
}

/** The answer to it can be searched for the token: the caller does not choose that it comes compressed. */
const readable = (pass: Pass): Pass => ({
  ...pass,
  headers: [
    ...pass.headers.filter(([name]) => name.toLowerCase() !== 'accept-encoding'),
    ['accept-encoding', 'identity'],
  ],
})

/** Always below the base URL of the API: path and query are set, and were judged. */
function urlOf({ path, query }: Pass, { api }: Way['profile']): URL {
  const url = new URL(api)
  url.pathname = api.pathname.replace(/\/$/, '') + path
  url.search = query
  return url
}

const authorised = async (
  { profile: { authorization, authorizationHeader }, proofs }: Way,
  token: string | undefined,
  method: string,
  url: URL,
): Promise<Readonly<Record<string, string>>> =>
  token === undefined
    ? {}
    : tokenHeaders({ authorization, tokenHeader: authorizationHeader, proofs }, token, method, url)

function headersOf(
  { headers, bodyBytes }: Pass,
  { backend, place: { tenant } }: Way['profile'],
  ours: Readonly<Record<string, string>>,
): Header[] {
  const { tenantHeader } = backendOf(backend)
  return [
    ...headers,
    ...Object.entries(ours),
    ...(bodyBytes !== undefined && bodyBytes > 0 ? [['content-length', String(bodyBytes)] as const] : []),
    ...(tenantHeader !== undefined && tenant !== undefined ? [[tenantHeader, tenant] as const] : []),
  ]
}

/** For one connection only, for a browser, or a sign-in that the caller is not to have. */
const DROPPED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie2?|access-control-.*|alt-svc|clear-site-data|strict-transport-security)$/

/** The API's headers as the caller gets them. A page that got here anyway could not read the answer. */
function answerHeaders(
  headers: UpstreamAnswer['headers'],
  token: string | undefined,
): UpstreamAnswer['headers'] {
  const kept = Object.entries(headers).filter(([name]) => !DROPPED.test(name))
  const cleanText = (text: string) => (token === undefined ? text : overwriteText(text, token))
  const clean = (value: string | string[] | undefined) =>
    Array.isArray(value) ? value.map(cleanText) : value && cleanText(value)
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [name, clean(value)])),
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

/** Whether a body must be decoded before it can be read (RFC 9110 §8.4.1, RFC 9112 §7). */
const isEncoded = (headers: UpstreamAnswer['headers']): boolean =>
  [headers['content-encoding'], headers['transfer-encoding']]
    .flatMap((value) => String(value ?? '').split(','))
    .some((encoding) => !/^(identity|chunked)?$/i.test(encoding.trim()))

/**
 * Replaces the token in bytes that pass by with as many `x`, so that no length changes. An API may echo a token, and the caller
 * of the proxy must not get it. Not for bytes that the API compresses, though it was asked not to. Undefined for a token that
 * is too short to look for.
 */
export function tokenMask(token: string): ByteFilter | undefined {
  const wanted = soughtBytes(token)
  if (wanted === undefined) return undefined
  let kept: Buffer = Buffer.alloc(0)
  return {
    push(bytes) {
      const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
      overwrite(all, wanted)
      const begun = beginOf(wanted, all)
      kept = all.subarray(all.length - begun)
      return all.subarray(0, all.length - begun)
    },
    end: () => kept,
  }
}

/** How many bytes at the end of `all` may be the beginning of `wanted`. */
function beginOf(wanted: Buffer, all: Buffer): number {
  for (let at = Math.max(0, all.length - wanted.length + 1); at < all.length; at += 1) {
    at = all.indexOf(wanted[0] as number, at)
    if (at < 0) return 0
    if (all.subarray(at).equals(wanted.subarray(0, all.length - at))) return all.length - at
  }
  return 0
}
