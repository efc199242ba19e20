import { payloadOf } from '../../claims/jwt/jwt.ts'
import type { Client } from '../../client.ts'
import { errorCode, Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ProofSource } from '../../providers/workload-sources.ts'
import { skewOf } from '../../steady-clock.ts'
import { instant } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'

/** A token by which the platform says what this program is. */
export interface Proof {
  readonly value: string
  /** Not verified; undefined: it isn't a JWT. */
  readonly claims: Readonly<Record<string, unknown>> | undefined
  /** The platform's clock minus ours, seconds. */
  readonly skewSeconds: number
}

/** Limit for a proof in a file or an answer, bytes. */
const MOST_BYTES = 64 * 1024
/** How long a proof counts after its `exp`, seconds: clocks differ. */
const LEEWAY_SECONDS = 60

/** RFC 6750 §2.1; a JWT has the same characters. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * The proof, read or asked for again: a file may hold another one by now. `audience`: for a source that can be asked.
 * Failures: `no-proof`, `network`, `refused` (an unsafe address).
 */
export async function readProof(
  client: Pick<Client, 'http'>,
  source: ProofSource,
  audience: string | undefined,
  ports: Ports,
): Promise<Proof> {
  const { text, skewSeconds = 0 } = await textOf(client, source, audience, ports)
  if (!TOKEN.test(text)) {
    throw new Failure('no-proof', `${source.name} holds no token`, {
      hint: 'It must be one JWT and nothing else.',
    })
  }
  const claims = payloadOf(text)
  const now = ports.clock.now() / 1000 + skewSeconds
  if (typeof claims?.exp === 'number' && claims.exp + LEEWAY_SECONDS < now) {
    // Whoever is asked for a proof says the time, too.
    const isByOurClock = source.kind === 'file' || source.kind === 'variable'
    throw new Failure('no-proof', `the token from ${source.name} expired at ${instant(claims.exp)}`, {
      hint: 'Get a new one from the platform. In CI run the job again. On a server check the program that renews the file.',
    }).withMoreHint(isByOurClock ? 'Also check the clock of this machine: date -u' : undefined)
  }
  return { value: text, claims, skewSeconds }
}

async function textOf(
  client: Pick<Client, 'http'>,
  source: ProofSource,
  audience: string | undefined,
  ports: Ports,
): Promise<{ readonly text: string; readonly skewSeconds?: number }> {
  switch (source.kind) {
    case 'request':
      return requestProof(client, source, audience, ports)
    case 'variable': {
      const text = ports.env.variables[source.variable]?.trim()
      if (text) return { text }
      throw new Failure('no-proof', `the variable ${source.variable} is not set`, { hint: source.missing })
    }
    case 'cloud':
      // Lazy: the only source that signs a request.
      return (await import('./aws-proof.ts')).awsProof(client, audience, ports)
    case 'file':
      return { text: await readFile(source.path, ports) }
    default:
      throw new Failure('bug', `a proof from ${source.name}`)
  }
}

/** A pipe without a writer would be waited for without end. */
const notPlain = (shown: string): Failure =>
  new Failure('no-proof', `${shown} is not a plain file`, {
    hint: 'Set workload.source to the file with the token.',
  })

/** Symlinks are followed: Kubernetes puts the current token behind two of them. */
async function readFile(path: string, ports: Ports): Promise<string> {
  const shown = safeText(path, 200)
  const bytes = await (await ports.files()).readForeign(path, MOST_BYTES, true).catch((cause) => {
    const code = errorCode(cause) ?? 'error'
    if (code === 'EINVAL') throw notPlain(shown)
    throw new Failure('no-proof', `cannot read the token in ${shown} (${code})`, {
      hint: 'Make it readable for the user that runs ls-auth.',
      cause,
    })
  })
  if (bytes) return bytes.toString('utf8').trim()
  throw new Failure('no-proof', `there is no file ${shown}`, {
    hint: 'Check the path in workload.source, and that the platform writes the token there.',
  })
}

/** What can be sent in a header, without blanks. */
const PRINTABLE = /^[\x21-\x7e]+$/
const CHANGED = 'The CI runner sets it. Find out who changed it.'

/**
 * Asks the CI runner for a token for one audience: GET with the job's password, `{ "value": JWT }` comes back. Failures:
 * `no-proof`, `network`, `refused`.
 */
async function requestProof(
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
