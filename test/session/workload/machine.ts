import type { Client, Workload } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import type { HttpAnswer, HttpRequest, HttpSettings } from '../../../src/ports/http.ts'
import type { FileFacts, Ports, ProgramOutput, Programs } from '../../../src/ports/ports.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { type ProofSource, proofSource } from '../../../src/providers/workload-sources.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { tokenText } from '../../claims/token-text.ts'

/** A machine for a program without a person: variables, files, programs, and a network that answers as the test says. */

export const NOW = 1_800_000_000_000
export const ISSUER = 'https://idp.example'
export const HTTP = { timeoutMilliseconds: 5_000 } as HttpSettings
export const METADATA = {
  issuer: ISSUER,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  id_token_signing_alg_values_supported: ['ES256'],
}
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`

/** An answer: JSON of status 200, or what is said of it. A Failure is thrown. */
export type Said =
  | Failure
  | { readonly status?: number; readonly text?: string; readonly json?: object; readonly date?: string }

interface Parts {
  readonly variables?: Readonly<Record<string, string>>
  /** By path; an error stands for what cannot be read. */
  readonly files?: Readonly<Record<string, string | Error>>
  /** By origin and path: one answer after the other, the last one for ever. */
  readonly answers?: Readonly<Record<string, readonly Said[]>>
  /** By command line: what it writes, or how it ends. */
  readonly programs?: Readonly<Record<string, string | ProgramOutput>>
  /** Of the client. */
  readonly http?: HttpSettings
}

/** One request, with its form. */
export interface Asked extends HttpRequest {
  readonly form: Record<string, string>
}

export function machine({ variables = {}, files = {}, answers = {}, programs = {}, http = HTTP }: Parts) {
  const asked: Asked[] = []
  const slept: number[] = []
  const lastWords = new Set<() => Promise<void>>()
  const run: (Parameters<Programs['output']>[1] & { lastWords: (() => Promise<void>)[] })[] = []
  const reads: [path: string, maxBytes: number][] = []
  const clock = { at: NOW }
  const variableNow: Record<string, string | undefined> = { ...variables }
  const filesNow: Record<string, string | Error | undefined> = { ...files }
  const left = Object.fromEntries(Object.entries(answers).map(([at, list]) => [at, [...list]]))
  const facts: FileFacts = { kind: 'file', mode: 0o600, uid: 1000, size: 1 }
  const ports = {
    env: { variables: variableNow, uid: 1000, platform: 'linux' },
    clock: {
      now: () => clock.at,
      sleep: async (milliseconds: number) => {
        slept.push(milliseconds)
        clock.at += milliseconds
      },
    },
    http: async (settings: HttpSettings) => ({
      async send(request: HttpRequest): Promise<HttpAnswer> {
        if (settings !== http) throw new Error('the settings of the client are not used')
        // It is an OpenID provider.
        if (request.url.pathname.startsWith('/.well-known/oauth-'))
          return { status: 404, headers: {}, body: Buffer.from('') }
        const form = Object.fromEntries(new URLSearchParams(String(request.body ?? '')))
        asked.push({ ...request, form })
        const list = left[`${request.url.origin}${request.url.pathname}`] ?? []
        const said = list.length > 1 ? list.shift() : list[0]
        if (said === undefined) throw new Failure('network', `nothing answers at ${request.url.host}`)
        if (said instanceof Failure) throw said
        const { status = 200, json, text = JSON.stringify(json), date } = said
        const headers = { 'content-type': 'application/json', ...(date === undefined ? {} : { date }) }
        return { status, headers, body: Buffer.from(text) }
      },
    }),
    files: async () => ({
      async readForeign(path: string, maxBytes: number) {
        reads.push([path, maxBytes])
        const content = filesNow[path]
        if (content instanceof Error) throw content
        return content === undefined ? undefined : Buffer.from(content)
      },
      inspect: async (path: string) => (path in filesNow ? facts : undefined),
    }),
    signals: {
      beforeEnd(work: () => Promise<void>) {
        lastWords.add(work)
        return () => lastWords.delete(work)
      },
    },
    programs: async () => ({
      async output(command: readonly string[], limits: Parameters<Programs['output']>[1]) {
        run.push({ ...limits, lastWords: [...lastWords] })
        const said = programs[command.join(' ')]
        return typeof said === 'string' ? { end: 'written', text: said } : (said ?? { end: 'no-program' })
      },
    }),
  } as unknown as Ports
  return { ports, asked, slept, run, lastWords, reads, clock, variables: variableNow, files: filesNow }
}

/** A source as a setting names it. */
export const source = (text: string): ProofSource => proofSource(text) as ProofSource

/** A proof of the platform; nobody checks its signature here. */
export const proofText = (claims: object = {}): string =>
  tokenText({ alg: 'RS256' }, { iss: ISSUER, sub: 'job', exp: NOW / 1000 + 300, ...claims })

export const client = (over: Partial<Client> = {}): Client =>
  ({
    profile: 'ci',
    issuer: ISSUER,
    clientId: 'cli',
    preset: { ...PRESETS.generic, scopes: ['a', 'b'] },
    account: 'default',
    audience: undefined,
    http: HTTP,
    ...over,
  }) as Client

export const workload = (over: Partial<Workload> = {}): Workload => ({
  source: source('env:PROOF'),
  grant: 'as-is',
  audience: undefined,
  clientAuth: 'none',
  assertionKey: undefined,
  assertionKeyId: undefined,
  ...over,
})

export const OWN: Want = { use: 'access', audience: '', scopes: '' }
