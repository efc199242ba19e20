import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Client } from '../../src/client.ts'
import { Failure } from '../../src/errors.ts'
import type { HttpAnswer, HttpRequest, HttpSettings } from '../../src/ports/http.ts'
import type { Ports } from '../../src/ports/ports.ts'
import type { Preset } from '../../src/providers/preset.ts'
import { PRESETS } from '../../src/providers/presets.ts'
import type { LoginDialog, LoginOptions } from '../../src/session/flow/login-dialog.ts'
import { signIn } from '../../src/session/sign-in.ts'
import type { Session } from '../../src/session/store/session.ts'
import type { SessionBody } from '../../src/session/store/session-file.ts'
import { BODY, FACTS, openShelf, type Shelf } from './store/shelf.ts'

/** The machine of the shelf (files, keychain, lock, clock in memory) with a provider of scripted answers. */

export const ISSUER = FACTS.issuer
export const HTTP = { timeoutMilliseconds: 5_000 } as HttpSettings
export const METADATA: Readonly<Record<string, unknown>> = {
  issuer: ISSUER,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  device_authorization_endpoint: `${ISSUER}/device`,
  revocation_endpoint: `${ISSUER}/revoke`,
  id_token_signing_alg_values_supported: ['ES256'],
}

const pair = await generateKeyPair('ES256', { extractable: true })
export const JWKS = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }

/** An ID token of Ada, or what else is said of it. */
export const idToken = (now: number, claims: JWTPayload = {}): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: 'cli', sub: 'ada', iat: now / 1000, exp: now / 1000 + 600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(pair.privateKey)

/** An answer: JSON of status 200, or with `status` what is said of it. A Failure is thrown. */
type Said = Failure | { readonly [name: string]: unknown }

export interface Machine extends Shelf {
  readonly ports: Ports
  /** `PATH` → its answers, one after the other, the last one for ever; without any it is not there. */
  readonly answers: Record<string, Said[]>
  /** The paths that were asked for, with what a token endpoint was told. */
  readonly asked: string[]
  readonly forms: Record<string, string>[]
  /** The tokens that were revoked. */
  readonly revoked: string[]
  /** What the dialog was told, and what it showed. */
  readonly heard: string[]
  /** Whether a signal would wait now. */
  isShielded: boolean
  /** What a signal would have done first. */
  readonly lastWords: Set<() => Promise<void>>
  /** A sign-in by the device flow, with this answer of the token endpoint. */
  login(tokens?: Said, over?: Login): ReturnType<typeof signIn>
  /** Keeps a session of this body, as if it had been signed in before. */
  keep(body?: Partial<SessionBody>, refresh?: string | null): Promise<void>
  /** The session that is kept. */
  kept(): Promise<Session | undefined>
}

interface Login {
  readonly client?: Partial<Client>
  readonly options?: LoginOptions
  readonly canAsk?: boolean
}

export const tokens = (over: object = {}): { readonly [name: string]: unknown } => ({
  access_token: 'access-1',
  token_type: 'Bearer',
  expires_in: 600,
  refresh_token: 'refresh-1',
  ...over,
})

export function openMachine(
  over: Partial<Client> = {},
  preset: Partial<Preset> = {},
  variables: Record<string, string> = {},
): Machine {
  const shelf = openShelf({
    preset: { ...PRESETS.generic, scopes: ['a', 'b'], ...preset },
    http: HTTP,
    publicSecret: undefined,
    clientSecretFile: undefined,
    audience: undefined,
    expect: undefined,
    workload: undefined,
    ...over,
  })
  const answers: Machine['answers'] = {
    '/.well-known/openid-configuration': [METADATA],
    '/jwks': [JWKS],
    '/device': [
      { device_code: 'dev', user_code: 'ABCD', verification_uri: `${ISSUER}/activate`, expires_in: 300 },
    ],
    '/revoke': [{ status: 200 }],
  }
  const { asked, forms, revoked, heard } = {
    asked: [] as string[],
    forms: [] as Record<string, string>[],
    revoked: [] as string[],
    heard: [] as string[],
  }
  const send = async ({ url, body }: HttpRequest): Promise<HttpAnswer> => {
    // It is an OpenID provider.
    if (url.pathname.startsWith('/.well-known/oauth-'))
      return { status: 404, headers: {}, body: Buffer.from('') }
    const form = Object.fromEntries(new URLSearchParams(String(body ?? '')))
    asked.push(url.pathname)
    forms.push(form)
    const list = answers[url.pathname] ?? []
    const said = list.length > 1 ? list.shift() : list[0]
    if (said === undefined) throw new Failure('network', `nothing answers at ${url.pathname}`)
    if (said instanceof Failure) throw said
    if (url.pathname === '/revoke' && form.token !== undefined) revoked.push(form.token)
    const { status = 200, ...json } = said
    const text = Object.keys(json).length === 0 ? '' : JSON.stringify(json)
    return {
      status: Number(status),
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(text),
    }
  }
  const machine = Object.assign(shelf, {
    answers,
    asked,
    forms,
    revoked,
    heard,
    isShielded: false,
    lastWords: new Set<() => Promise<void>>(),
    async login(said: Said = tokens(), { client = {}, options, canAsk = false }: Login = {}) {
      answers['/token'] = [said]
      const dialog = {
        canAsk,
        tell: (line: string) => void heard.push(line),
        showDevice: () => void heard.push('device'),
      } as unknown as LoginDialog
      return signIn({ ...shelf.client, ...client }, options ?? { flow: 'device' }, ports, dialog)
    },
    async keep(body: Partial<SessionBody> = {}, refresh: string | null = 'refresh-0') {
      const whole: SessionBody = {
        ...BODY,
        metadata: { value: METADATA, fetchedAt: shelf.now },
        jwks: { value: JWKS, fetchedAt: shelf.now },
        ...body,
      }
      await (await shelf.store()).install(FACTS, whole, refresh ?? undefined)
      shelf.log.length = 0
    },
    kept: async () => (await shelf.store()).read(),
  })
  const own = shelf.ports
  const ports = {
    ...own,
    env: { ...own.env, variables },
    http: async (settings: HttpSettings) => {
      if (settings !== HTTP) throw new Error('the settings of the client are not used')
      return { send, certificateIssuer: async () => undefined }
    },
    signals: {
      beforeEnd(work: () => Promise<void>): () => boolean {
        machine.lastWords.add(work)
        return () => machine.lastWords.delete(work)
      },
      async shield(work: () => Promise<unknown>) {
        machine.isShielded = true
        return work().finally(() => {
          machine.isShielded = false
        })
      },
    },
  } as unknown as Ports
  Object.defineProperty(machine, 'ports', { value: ports })
  return machine as unknown as Machine
}
