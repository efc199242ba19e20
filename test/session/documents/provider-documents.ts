import type { Http, HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import type { Ports } from '../../../src/ports/ports.ts'

export const NOW = 1_800_000_000_000

/** A provider in memory: what it answers by path, and what it was asked. */
export function answering(paths: Readonly<Record<string, Partial<HttpAnswer> | object | string | Error>>) {
  const asked: HttpRequest[] = []
  const http: Http = {
    async send(request) {
      asked.push(request)
      const said = paths[request.url.pathname]
      if (said instanceof Error) throw said
      if (said === undefined) return { status: 404, headers: {}, body: Buffer.from('') }
      if (typeof said === 'object' && 'status' in said)
        return { headers: {}, body: Buffer.from(''), ...said } as HttpAnswer
      const body = typeof said === 'string' ? said : JSON.stringify(said)
      return { status: 200, headers: {}, body: Buffer.from(body) }
    },
    certificateIssuer: async () => undefined,
    proxyOf: async () => undefined,
  }
  const clock = { now: () => NOW, sleep: async () => {} }
  return { asked, http, clock, ports: { clock, http: async () => http } as unknown as Ports }
}
