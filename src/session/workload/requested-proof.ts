import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ProofSource } from '../../providers/workload-sources.ts'
import { skewOf } from '../../time/steady-clock.ts'

const MOST_BYTES = 64 * 1024
/** What can be sent in a header, without blanks. */
const PRINTABLE = /^[\x21-\x7e]+$/
const CHANGED = 'The CI runner sets it. Find out who changed it.'

/**
 * Asks the CI runner for a token for one audience: GET with the job's password, `{ "value": JWT }` comes back. Failures:
 * `no-proof`, `network`, `refused`.
 */
export async function requestProof(
  client: Pick<Client, 'http'>,
  source: Extract<ProofSource, { kind: 'request' }>,
  audience: string | undefined,
  ports: Ports,
): Promise<{ readonly text: string; readonly skewSeconds: number }> {
  const { variables } = ports.env
  const [address, password] = [variables[source.urlVariable], variables[source.passwordVariable]?.trim()]
  if (!address || !password) {
    const missing = address ? source.passwordVariable : source.urlVariable
    throw new Failure('no-proof', `the variable ${missing} is not set`, { hint: source.missing })
  }
  if (!PRINTABLE.test(password)) {
    throw new Failure('no-proof', `the variable ${source.passwordVariable} holds no token`, { hint: CHANGED })
  }
  const url = addressOf(address, source)
  if (audience !== undefined) url.searchParams.set('audience', audience)
  const http = await ports.http(client.http)
  const answer = await http.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json; api-version=2.0', authorization: `Bearer ${password}` },
    maxBytes: MOST_BYTES,
  })
  const value = answer.status === 200 ? jsonObject(answer.body)?.value : undefined
  if (typeof value === 'string') return { text: value, skewSeconds: skewOf(answer, ports.clock.now()) }
  throw new Failure('no-proof', `${source.name} gave no token (HTTP ${answer.status})`, {
    hint: answer.status >= 500 || answer.status === 429 ? 'Wait, then run the job again.' : source.missing,
  })
}

/** The job's password goes there, so plain http is for loopback alone. */
function addressOf(text: string, source: Extract<ProofSource, { kind: 'request' }>): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && isHttpsOrLoopback(url)) return url
  throw new Failure('refused', `${source.urlVariable} is not an https URL`, {
    hint: CHANGED,
  })
}
