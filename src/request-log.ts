import { Failure } from './errors.ts'
import { pathForLog } from './loopback-host.ts'
import type { Ports } from './ports.ts'
import { safeText } from './safe-text.ts'

/** `--debug`: logs method, host, path, status and time of each request. Never a query, header or body. */
export function logRequests(ports: Ports): Ports {
  return {
    ...ports,
    async http(settings) {
      const http = await ports.http(settings)
      return {
        ...http,
        async send(request) {
          const started = ports.clock.now()
          const line = `${request.method} ${request.url.origin}${safeText(pathForLog(request.url), 200)}`
          const logLine = (end: string) =>
            ports.terminal.err(`debug: ${line} ${end} ${ports.clock.now() - started}ms\n`)
          try {
            const answer = await http.send(request)
            logLine(String(answer.status))
            return answer
          } catch (error) {
            logLine(error instanceof Failure ? error.code : 'failed')
            throw error
          }
        },
      }
    },
  }
}
