import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Client } from '../../../src/client.ts'
import { NetworkFailure } from '../../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { renew } from '../../../src/session/renewal/refresh.ts'
import type { SessionBody } from '../../../src/session/store/session-file.ts'

/** One use of a refresh token, against a token endpoint that answers as the test says. */

export const NOW = 1_800_000_000_000
const ISSUER = 'https://idp.example'
export const OWN: Want = { use: 'access', audience: '', scopes: '' }
export const OTHER: Want = { ...OWN, scopes: 'a' }
export const REFRESH = 'refresh-1'

const keys = await generateKeyPair('ES256', { extractable: true })
export const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }

export const signed = (claims: object) =>
  new SignJWT({ iss: ISSUER, aud: 'cli', sub: 'ada', iat: NOW / 1000, exp: NOW / 1000 + 600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(keys.privateKey)

export const client = (over: object = {}): Client =>
  ({
    profile: 'work',
    issuer: ISSUER,
    clientId: 'cli',
    preset: { ...PRESETS.generic, scopes: ['openid', 'a', 'b'] },
    account: 'default',
    audience: undefined,
    http: {},
    ...over,
  }) as unknown as Client

export const body = (over: Partial<SessionBody> = {}): SessionBody => ({
  tokens: [],
  skewSeconds: 0,
  signedInAt: 1,
  metadata: {
    fetchedAt: NOW - 1000,
    value: {
      issuer: ISSUER,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    },
  },
  ...over,
})

export type Step = object | NetworkFailure | Refusal
interface Refusal {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * What happened, what was sent to the token endpoint, where to, and the pauses. `published`: what the metadata say now;
 * undefined: they cannot be had. `takes`: how long the token endpoint takes, milliseconds.
 */
export async function refreshed(
  steps: readonly Step[],
  {
    want = OWN,
    session = body(),
    of = client(),
    published,
    takes = 0,
  }: { want?: Want; session?: SessionBody; of?: Client; published?: object; takes?: number } = {},
) {
  const endpoints: string[] = []
  let now = NOW
  let discoveries = 0
  const sent: Record<string, string>[] = []
  const pauses: number[] = []
  const left = [...steps]
  const send = async ({ url, body: form }: HttpRequest): Promise<HttpAnswer> => {
    if (url.pathname === '/jwks') return answer(200, JSON.stringify(jwks))
    if (url.pathname.startsWith('/.well-known/')) {
      discoveries += 1
      return answer(published ? 200 : 503, JSON.stringify(published ?? {}))
    }
    endpoints.push(url.href)
    now += takes
    sent.push(Object.fromEntries(new URLSearchParams(String(form))))
    const step = left.shift()
    if (step === undefined) throw new Error('asked more often than expected')
    if (step instanceof NetworkFailure) throw step
    if ('status' in step && 'text' in step) {
      const { status, text, headers } = step as Refusal
      return answer(status, text, headers)
    }
    return answer(200, JSON.stringify(step))
  }
  const ports = {
    clock: { now: () => now, sleep: async (pause: number) => void pauses.push(pause) },
    http: async () => ({ send }),
  } as unknown as Ports
  const event = await renew(REFRESH, { body: session }, { client: of, want, ports })
  return { event, sent, endpoints, discoveries, pauses }
}

const answer = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(text),
})
export const refusal = (status: number, error?: string, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  text: error === undefined ? '' : JSON.stringify({ error }),
  headers,
})
export const GOOD = { access_token: 'new', token_type: 'Bearer', expires_in: 600 }
export const unreachable = (sent: boolean) => new NetworkFailure('cannot reach idp.example', sent)
