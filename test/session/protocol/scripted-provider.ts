import { Failure } from '../../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { ProviderOptions } from '../../../src/session/protocol/exchange.ts'
import { connectProvider } from '../../../src/session/protocol/provider.ts'

export const NOW = 1_800_000_000_000
export const ISSUER = 'https://idp.example'
export const REDIRECT = 'http://127.0.0.1:8765/callback'
export const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  device_authorization_endpoint: `${ISSUER}/device`,
  revocation_endpoint: `${ISSUER}/revoke`,
  jwks_uri: `${ISSUER}/jwks`,
  id_token_signing_alg_values_supported: ['ES256'],
}
export const GOOD = { access_token: 'new', token_type: 'Bearer', expires_in: 600 }

export type Said = object | { readonly status: number; readonly body?: object; readonly date?: string }

/** A provider that answers as said, endpoint by endpoint, one answer after the other; and what it was asked. */
export function providing(
  said: Readonly<Record<string, readonly Said[]>>,
  over: Partial<ProviderOptions> & { readonly tuned?: Partial<Preset> } = {},
) {
  const asked: (HttpRequest & { readonly form: Record<string, string> })[] = []
  const left: Record<string, Said[]> = {}
  for (const [path, answers] of Object.entries(said)) left[path] = [...answers]
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    asked.push({ ...request, form: Object.fromEntries(new URLSearchParams(String(request.body ?? ''))) })
    const answer = left[request.url.pathname]?.shift()
    if (answer instanceof Failure) throw answer
    if (answer === undefined) throw new Failure('network', `nothing answers at ${request.url.pathname}`)
    const { status = 200, body = answer, date } = answer as { status?: number; body?: object; date?: string }
    const headers = { 'content-type': 'application/json', ...(date === undefined ? {} : { date }) }
    const empty = 'status' in answer && !('body' in answer)
    return { status, headers, body: Buffer.from(empty ? '' : JSON.stringify(body)) } as unknown as HttpAnswer
  }
  const { tuned, ...options } = over
  const provider = connectProvider({
    clientId: 'cli',
    secret: undefined,
    metadata: METADATA,
    http: { send, certificateIssuer: async () => undefined },
    clock: { now: () => NOW, sleep: async () => {} },
    skewSeconds: 0,
    jwks: undefined,
    preset: { ...PRESETS.generic, ...tuned },
    hintValues: { issuer: ISSUER, client: 'cli', redirect: [], scopes: [], supported: undefined },
    ...options,
  } as ProviderOptions)
  return { provider, asked, forms: () => asked.map(({ form }) => form) }
}
