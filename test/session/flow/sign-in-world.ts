import { get } from 'node:http'
import type { Client } from '../../../src/client.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Attempt } from '../../../src/session/flow/attempt.ts'
import type { LoginOptions } from '../../../src/session/flow/login-dialog.ts'
import type { AuthorizationRequest } from '../../../src/session/protocol/code-grant.ts'

/** One sign-in with the real listener, a provider of scripted answers, a browser and a person that the test plays. */

export const STATE = 'the-state-of-this-sign-in'
export const PAGE = 'https://idp.example/authorize?state=the-state'

interface How {
  readonly options?: Partial<LoginOptions>
  readonly preset?: Partial<Preset>
  readonly metadata?: object
  readonly page?: string
  /** Variables of a machine without a display; undefined: there is one. */
  readonly elsewhere?: Readonly<Record<string, string>>
  readonly canAsk?: boolean
  /** What the person types, line after line, and then nothing more. `undefined`: the end of the input. */
  readonly lines?: readonly (string | undefined)[]
  readonly onOpen?: (url: URL) => unknown
  readonly accept?: (tokens: string) => Promise<string>
}

/** The ports of the connections that {@link visit} has made. */
const visitors = new Set<string>()

export function attempt(how: How) {
  const log: unknown[] = []
  const said = (...what: unknown[]) => void log.push(what)
  const typed: AbortSignal[] = []
  const asked: Record<string, string>[] = []
  const spent: { callback: URL; request: AuthorizationRequest }[] = []
  const lines = [...(how.lines ?? [])]
  /** The user that the system's table names for every connection of {@link visit}; undefined: there is no table. */
  const visitor: { uid: number | undefined } = { uid: 1000 }
  let isShielded = false
  let shown: (url: URL) => void
  const url = new Promise<URL>((resolve) => {
    shown = resolve
  })
  const parts = {
    client: {
      clientId: 'cli',
      preset: { ...PRESETS.generic, redirectPorts: 'any', scopes: ['openid'], ...how.preset },
      audience: undefined,
      http: {},
    } as unknown as Client,
    options: { flow: 'browser', ...how.options },
    provider: {
      metadata: how.metadata ?? {},
      async authorize(parameters: Record<string, string>) {
        asked.push(parameters)
        return {
          url: new URL(how.page ?? PAGE),
          asked: parameters,
          isPushed: false,
          state: STATE,
          nonce: 'n',
          verifier: 'v',
        }
      },
      async exchangeCode(callback: URL, request: AuthorizationRequest) {
        spent.push({ callback, request })
        said('exchanged', isShielded)
        return 'tokens'
      },
      startDevice: async () => ({
        userCode: 'ABCD',
        verificationUri: 'https://idp.example/activate',
        expiresInSeconds: 300,
        intervalSeconds: 1,
      }),
      pollDevice: async () => 'tokens of the device flow',
    },
    ports: {
      env: {
        variables: how.elsewhere ?? { DISPLAY: ':0' },
        platform: how.elsewhere ? 'linux' : 'darwin',
        uid: 1000,
      },
      clock: { now: () => 0, sleep: async () => {} },
      files: async () => ({
        inspect: async () => undefined,
        readForeign: async () =>
          visitor.uid === undefined
            ? undefined
            : Buffer.from(
                [...visitors].map((ends) => ` 1: ${ends} 01 0:0 0:0 0 ${visitor.uid} 0 4711\n`).join(''),
              ),
      }),
      browser: async () => ({
        async open(url: URL) {
          said('opened', url)
          await how.onOpen?.(url)
        },
      }),
      signals: {
        beforeEnd: () => () => {},
        async shield(work: () => Promise<unknown>) {
          isShielded = true
          return work().finally(() => {
            isShielded = false
          })
        },
      },
    } as unknown as Ports,
    dialog: {
      canAsk: how.canAsk ?? true,
      tell: (line: string) => said('told', line),
      showUrl(url: URL, opening: boolean) {
        said('url', opening)
        shown(url)
      },
      showDevice: () => said('device'),
      showElsewhere: ({ why }: { why: string }, port: number) => said('elsewhere', why, port),
      offerOtherWays: ({ why }: { why: string }, port: number, device: boolean) =>
        said('other ways', why, port, device),
      async askForRedirect(signal?: AbortSignal) {
        said('asked')
        if (signal) typed.push(signal)
        if (lines.length > 0) return lines.shift()
        return new Promise<never>((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    },
    accept: async (tokens: string) => {
      said('accepted', isShielded)
      return how.accept ? how.accept(tokens) : `session of ${tokens}`
    },
  } as unknown as Attempt<string>
  return { parts, log, typed, asked, spent, url, visitor }
}

/** What a browser is answered; it follows nothing by itself. */
export interface Page {
  readonly status: number | undefined
  readonly location: string | undefined
  readonly cookie: string | undefined
  readonly title: string | undefined
}

export const visit = (address: URL | string, cookie = ''): Promise<Page> =>
  new Promise((resolve, reject) => {
    const request = get(address, { agent: false, headers: { cookie } }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({
        status: response.statusCode,
        location: response.headers.location,
        cookie: response.headers['set-cookie']?.[0]?.split(';')[0],
        title: /<h1>(.*)<\/h1>/.exec(text)?.[1],
      })
    })
    request.on('error', reject)
    request.on('socket', (socket) =>
      socket.on('connect', () => {
        const hex = (port = 0) => port.toString(16).toUpperCase().padStart(4, '0')
        visitors.add(`0100007F:${hex(socket.localPort)} 0100007F:${hex(socket.remotePort)}`)
      }),
    )
  })

/** The redirect of the provider to the listener that `asked` names. */
export const redirectTo = (asked: Record<string, string>, state = STATE): string =>
  `${asked.redirect_uri}?code=c0de&state=${state}`
