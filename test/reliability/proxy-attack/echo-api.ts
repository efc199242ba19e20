import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../../world/loopback-server.ts'

/** A request that reached the API. */
export interface Reached {
  readonly method: string
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[]
  readonly body: string
}

/** An API that writes down all it gets, and says it back with every header, the token included. */
export interface EchoApi {
  readonly url: string
  /** What reached it since the last call, but for the owner's own requests. */
  reached(): Reached[]
  /** In the query of the owner's requests; no attacker knows it. */
  readonly mark: string
  close(): Promise<void>
}

/** It reads HTTP as leniently as Node can: what a strict reader would refuse here must not have come so far. */
export async function startEchoApi(): Promise<EchoApi> {
  const mark = randomBytes(8).toString('hex')
  let seen: Reached[] = []
  const server = createServer({ insecureHTTPParser: true }, async (request, response) => {
    const { method = '', url = '', rawHeaders: headers } = request
    const body = await text(request).catch(() => '')
    if (!url.includes(mark)) seen.push({ method, url, headers, body })
    response.end(JSON.stringify({ method, url, headers, body }))
  })
  const listening = await listen(server)
  return {
    url: `http://127.0.0.1:${listening.port}`,
    mark,
    reached() {
      const now = seen
      seen = []
      return now
    },
    close: () => listening.close(),
  }
}
