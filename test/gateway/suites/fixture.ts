import { afterAll, beforeAll } from 'vitest'
import { type ApacheGateway, startApache, type Variables } from '../apache.ts'
import { type Answer, type Message, send } from '../send.ts'
import { startTokenIssuer, type TokenIssuer, type TokenIssuerOptions } from '../token-issuer.ts'
import { startUpstream, type Upstream } from '../upstream.ts'

/** A key that would be recognised wherever it turned up. */
export const API_KEY = 'upstream-key-4f1c9b'
/** A route that reads one trace. */
export const TRACE = '/public/v0.2/acme/projects/prod/stored-traces'
/** Where the traces are read from. */
export const PROJECT = '/public/v0.2/acme/projects/prod'

/** A gateway between an issuer that signs anything and a back end that accepts anything. */
export interface Fixture {
  readonly issuer: TokenIssuer
  readonly upstream: Upstream
  readonly gateway: ApacheGateway
  send(path: string, message?: Message): Promise<Answer>
}

/** One gateway for all tests of a suite; its members exist from the first test on. Variables may need the issuer. */
export function gatewayFixture(
  variables: Variables | ((issuer: string) => Variables) = {},
  issuerOptions: TokenIssuerOptions = {},
  proofs = false,
): Fixture {
  const parts: { issuer?: TokenIssuer; upstream?: Upstream; gateway?: ApacheGateway } = {}
  beforeAll(async () => {
    parts.issuer = await startTokenIssuer(issuerOptions)
    parts.upstream = await startUpstream()
    parts.gateway = await startApache({
      issuer: parts.issuer.issuer,
      upstream: parts.upstream.url,
      apiKey: API_KEY,
      proofs,
      variables: typeof variables === 'function' ? variables(parts.issuer.issuer) : variables,
    })
  })
  afterAll(async () => {
    await parts.gateway?.close()
    await parts.upstream?.close()
    await parts.issuer?.close()
  })
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the suite has not started yet')
    return part
  }
  return {
    get issuer() {
      return started(parts.issuer)
    },
    get upstream() {
      return started(parts.upstream)
    },
    get gateway() {
      return started(parts.gateway)
    },
    send: (path, message) => send(started(parts.gateway).url, path, message),
  }
}

/** Seconds since the epoch, as tokens count. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** What an error body of the gateway says; it has exactly one sentence. */
export function sentence(answer: Answer): string {
  const { errors, ...rest } = JSON.parse(answer.body) as { errors: string[] }
  if (errors.length !== 1 || Object.keys(rest).length > 0)
    throw new Error(`an odd error body: ${answer.body}`)
  return errors[0] ?? ''
}
