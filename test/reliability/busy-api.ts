import { setTimeout as sleep } from 'node:timers/promises'
import { httpServer, listen } from '../world/loopback-server.ts'
import { toOtlpDocument } from '../world/trace/otlp.ts'
import { RateLimiter, type RateLimitOptions } from '../world/trace/rate-limit.ts'
import { makeTrace } from '../world/trace-data.ts'

/** A trace API that many ids are asked of: it has all of them, limits requests, and goes wrong now and then. */
export interface BusyApi {
  readonly url: string
  readonly limiter: RateLimiter
  readonly requests: number
  /** Answers that were an error, cut off, or no trace. */
  readonly faults: number
  close(): Promise<void>
}

/** The id of trace number n: any id is a trace here. */
export const idOf = (n: number): string => `${n.toString(16).padStart(8, '0')}${'5eed'.repeat(6)}`

/** Starts a Tempo of one trace, which it has under every id. `faulty`: the share of answers that go wrong. */
export async function startBusyApi(limit: RateLimitOptions, faulty: number): Promise<BusyApi> {
  const limiter = new RateLimiter(limit)
  const trace = makeTrace({ seed: 11 })
  const text = JSON.stringify({ trace: toOtlpDocument([trace], 'hex') })
  let [requests, faults] = [0, 0]
  const server = httpServer(async (request, response) => {
    request.resume()
    requests += 1
    const { allowed, headers } = limiter.take(Date.now())
    await sleep(5 + Math.random() * 20)
    const send = (status: number, body: string) =>
      response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(body)
    if (!allowed) return send(429, '{"errors":["Rate limit exceeded"]}')
    const id = request.url?.split('/').at(-1) ?? ''
    const body = text.replaceAll(trace.traceId, id)
    if (Math.random() >= faulty) return send(200, body)
    faults += 1
    const kind = faults % 3
    if (kind === 0) return send(500, '')
    if (kind === 1) return send(200, body.slice(0, 300))
    response.writeHead(200, { ...headers, 'content-length': String(body.length) })
    response.write(body.slice(0, 300))
    await sleep(2)
    response.destroy()
  })
  const listening = await listen(server)
  return {
    url: `http://127.0.0.1:${listening.port}`,
    limiter,
    get requests() {
      return requests
    },
    get faults() {
      return faults
    },
    close: () => listening.close(),
  }
}
