import type { AsyncLocalStorage } from 'node:async_hooks'
import { Readable } from 'node:stream'
import { explainAnswer } from '../../api/refusal/denial.ts'
import { passOn, type Way } from '../../commands/proxy/pass-on.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import type { UpstreamAnswer } from '../../ports/http.ts'
import type { ByteFilter, LocalExchange } from '../../ports/ports.ts'
import type { AskPerson } from './questions.ts'

/** Bytes of one message of the other server. Longer ones are not read. */
const MOST_BYTES = 16 * 1024 * 1024

/** The call on whose behalf a request is sent. */
export interface CallInHand {
  /** Names the caller to the other server. */
  readonly headers: Readonly<Record<string, string>>
  /** Asks the person of the host, in the midst of the call. */
  readonly ask: AskPerson
  /** The answer has ended; `resumable`: the rest may come another way. */
  ended(resumable: boolean): void
}

/** Where requests go, and the call that each is for. */
export interface Guard extends Omit<Way, 'recorder' | 'unended'> {
  readonly calls: AsyncLocalStorage<CallInHand>
  /** Of requests that aren't calls. */
  readonly headers: () => Readonly<Record<string, string>>
}

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/**
 * A `fetch` for the official kit, which sends to the server of the profile only, with its token. After a 401 the token is
 * renewed once; it is taken out of the answers, and never follows a redirect. Failures: those of the token and of {@link
 * explainAnswer}, `network`, `refused`, and `api-failed` for a message that is too long.
 */
export function guardedFetch(guard: Guard): Fetch {
  const { profile, calls } = guard
  return (_, { method = 'GET', headers, body, signal } = {}) => {
    const call = calls.getStore()
    const bytes = typeof body === 'string' ? Buffer.from(body) : undefined
    const sent = { headers: call?.headers ?? guard.headers(), ended: async () => {} }
    return new Promise<Response>((resolve, reject) => {
      const exchange = {
        gone: signal ?? new AbortController().signal,
        body: () => Readable.from(bytes === undefined ? [] : [bytes]),
        async stream(answer: UpstreamAnswer, change: ByteFilter | undefined) {
          const denied = await refusalOf(answer, change, guard)
          if (denied) throw denied
          const { over, response } = responseOf(answer, change, call)
          resolve(response)
          await over
        },
      }
      const pass = {
        pass: true,
        method,
        path: profile.api.pathname.endsWith('/') ? '/' : '',
        query: '',
        headers: [...new Headers(headers)],
        traceparent: '',
        bodyBytes: bytes?.length ?? 0,
      } as const
      const way: Way = { ...guard, recorder: { request: () => sent }, unended: new Set() }
      passOn(exchange as Pick<LocalExchange, 'gone' | 'body' | 'stream'> as LocalExchange, pass, way).catch(
        reject,
      )
    })
  }
}

/** What only ls-auth can tell; the kit reads the rest: a 400 or 404 may mean another revision, or the end of a session. */
async function refusalOf(
  { status, headers, body }: UpstreamAnswer,
  change: ByteFilter | undefined,
  { profile, tokens }: Guard,
): Promise<Failure | undefined> {
  const isPage = status === 200 && /^text\/html\b/.test(String(headers['content-type'] ?? ''))
  const isOurs =
    isPage || (status >= 300 && status < 400) || [401, 403, 429].includes(status) || status >= 500
  if (!isOurs) return undefined
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > 64 * 1024) break
    parts.push(change?.push(part) ?? part)
  }
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')])
  const answer = { status, headers: Object.fromEntries(flat), body: Buffer.concat(parts) }
  const token = await tokens.token().catch(() => undefined)
  return explainAnswer(answer, profile.api, token, { wanted: 'an answer of the MCP server' })
}

/** The answer for the kit. `over` resolves at its end. */
function responseOf(
  { status, headers, body }: UpstreamAnswer,
  change: ByteFilter | undefined,
  call: CallInHand | undefined,
): { over: Promise<void>; response: Response } {
  const isStream = /^text\/event-stream\b/.test(String(headers['content-type'] ?? ''))
  let [size, resumable] = [0, false]
  const bounded = async function* () {
    for await (const part of body) {
      const bytes: Buffer = change?.push(part) ?? part
      // Of a stream, one event: it ends with an empty line.
      const last = isStream ? Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n')) : -1
      size = last < 0 ? size + bytes.length : bytes.length - last
      resumable ||= isStream && /^id:/m.test(bytes.toString('latin1'))
      if (size > MOST_BYTES) throw tooLong()
      yield bytes
    }
    const rest = change?.end()
    if (rest?.length) yield rest
  }
  const read = Readable.from(bounded(), { objectMode: false })
  const over = new Promise<void>((resolve) =>
    read.once('close', () => {
      body.destroy()
      call?.ended(resumable)
      resolve()
    }),
  )
  const hasNone = [202, 204, 205].includes(status)
  if (hasNone) read.resume()
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  const web = hasNone ? null : (Readable.toWeb(read) as ReadableStream)
  return { over, response: new Response(web, { status, headers: kept }) }
}

const tooLong = () =>
  new Failure('api-failed', `the server sent a message of more than ${MOST_BYTES} bytes`, {
    reason: 'too-large',
  })

/** Whether a failed request may be sent again: it changed no data, or never got to the server. */
export const mayRepeat = (error: unknown, onlyReads: boolean): boolean =>
  error instanceof NetworkFailure && (onlyReads || !error.sent)
