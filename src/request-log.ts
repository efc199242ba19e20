import { Failure } from './errors.ts'
import { pathForLog } from './loopback-host.ts'
import { portWith } from './port-with.ts'
import type { Http } from './ports/http.ts'
import type { Ports } from './ports/ports.ts'
import { safeText } from './text/safe-text.ts'

/**
 * `--debug`: logs method, host, path, names of the parameters, status and time of each request. Never a parameter's
 * value, a header or a body.
 */
export function logRequests(http: Http, { clock, terminal }: Pick<Ports, 'clock' | 'terminal'>): Http {
  return portWith(http, {
    async send(request) {
      const started = clock.now()
      const { method, url } = request
      const line = `${method} ${url.origin}${safeText(pathForLog(url), 200)}${parametersForLog(url)}`
      const logLine = (end: string) => terminal.err(`debug: ${line} ${end} ${clock.now() - started}ms\n`)
      try {
        const answer = await http.send(request)
        logLine(String(answer.status))
        return answer
      } catch (error) {
        logLine(error instanceof Failure ? error.code : 'failed')
        throw error
      }
    },
  })
}

const MOST_PARAMETERS = 20
/** What the parameters of OAuth and of trace APIs are called. Anything else, or a text without `=`, may be a secret. */
const NAME = /^([a-z][\w.-]{0,23})=/i

/** `?q=…&limit=…` */
function parametersForLog({ search }: URL): string {
  if (search === '') return ''
  const parts = search.slice(1).split('&')
  const shown = parts.slice(0, MOST_PARAMETERS).map((part) => `${NAME.exec(part)?.[0] ?? ''}…`)
  return `?${[...shown, ...(parts.length > MOST_PARAMETERS ? ['…'] : [])].join('&')}`
}
