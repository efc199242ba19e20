import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kind, SecretSet } from '../canaries.ts'
import { httpServer, listen, type ServerIdentity } from '../loopback-server.ts'
import { type ProviderRequest, recordRequest } from '../provider/requests.ts'
import { type Answer, oauthError } from './answer.ts'
import { authorize, type PendingCode } from './authorize.ts'
import type { Behaviour, EndpointName } from './behaviour.ts'
import { Device, type PollOutcome } from './device.ts'
import { metadataOf } from './metadata.ts'
import { openMint } from './minting.ts'
import { RefreshTokens } from './refresh-tokens.ts'
import { answerToken } from './token.ts'

/** A running imitation of one provider, and what a story wants to know about what it was asked. */
export interface Simulator {
  readonly behaviour: Behaviour
  /** As its metadata and its tokens spell it. */
  readonly issuer: string
  /** Where its home listens on 127.0.0.1. */
  readonly port: number
  readonly requests: readonly ProviderRequest[]
  /** The parameters of each request to an endpoint, in order. */
  asked(endpoint: EndpointName): URLSearchParams[]
  /** Refreshes that were carried out. */
  readonly refreshes: number
  readonly liveRefreshTokens: number
  /** Every code and token it gave out. */
  readonly secrets: ReadonlySet<string>
  /** Outcomes of the device polls to come; approved once they are used up. */
  pollsMeet(...script: PollOutcome[]): void
  /** The next answers of its token endpoint are lost on their way: the work is done, nobody hears of it. */
  loseTokenAnswers(count: number): void
  /** From now on its token endpoint answers this, and nothing is carried out; undefined: as it should again. */
  answerTokensWith(answer: Answer | ((form: URLSearchParams) => Answer | undefined) | undefined): void
  /** The same of its revocation endpoint. */
  answerRevocationsWith(answer: Answer | undefined): void
  /** New signing keys under the old names; `publish: false`: its key set still shows the old ones. */
  replaceKeys(publish?: boolean): Promise<void>
  /** From now on it takes requests and answers none. */
  hang(hanging: boolean): void
  /** From now on it answers so much later at this path. */
  slowDown(path: string, milliseconds: number): void
  /** From now on this endpoint is at another path, as its metadata say; at the old one there is nothing. */
  move(endpoint: EndpointName, path: string): void
  /** From now on its key set does not answer: the connection ends at once, or stays as it is. */
  hideKeys(hidden: boolean | 'hanging'): void
  /** Moves its clock, which its tokens and its Date header follow. */
  advance(seconds: number): void
  /** Ends every session, as an administrator would. */
  endSessions(): void
  close(): Promise<void>
}

/** A provider at its real address, for those whose own name decides something: people reach it through a proxy. */
export interface Address {
  /** `https://login.example.com`, in place of the loopback address. */
  readonly origin: string
  readonly tls: ServerIdentity
}

/** Starts a provider that behaves as the row says, on one loopback port or, with endpoints elsewhere, on two. */
export async function startSimulator(row: Behaviour, address?: Address): Promise<Simulator> {
  const paths = { ...row.paths }
  const behaviour: Behaviour = { ...row, paths }
  const mint = await openMint(behaviour)
  const requests: ProviderRequest[] = []
  const secrets = new SecretSet()
  const codes = new Map<string, PendingCode>()
  let offset = 0
  let refreshes = 0
  let losing = 0
  let instead: Parameters<Simulator['answerTokensWith']>[0]
  let insteadOfRevoking: Answer | undefined
  let keysHidden: boolean | 'hanging' = false
  let hanging = false
  const slow = new Map<string, number>()
  let oldKeys: unknown
  const now = () => Math.floor(Date.now() / 1000) + offset
  const refreshTokens = new RefreshTokens(behaviour.rotation, behaviour.refreshPrefix, now)

  const handle = async (request: IncomingMessage, response: ServerResponse, place: 'home' | 'elsewhere') => {
    const { record } = await recordRequest(request)
    requests.push(record)
    if (hanging) return
    const late = slow.get(record.path)
    if (late !== undefined) await sleep(late)
    if (keysHidden && record.path === behaviour.paths.jwks) {
      if (keysHidden !== 'hanging') request.socket.destroy()
      return
    }
    const answer = route(record, request, place)
    if (losing > 0 && record.path === behaviour.paths.token) {
      losing -= 1
      request.socket.destroy()
      return
    }
    record.status = answer.status
    send(response, answer, behaviour.tellsNoTime ? undefined : now())
  }
  const serve = (place: 'home' | 'elsewhere') =>
    httpServer((request, response) => {
      handle(request, response, place).catch(() => request.socket.destroy())
    }, address?.tls)
  const home = await listen(serve('home'))
  const elsewhere = behaviour.elsewhere.length > 0 ? await listen(serve('elsewhere')) : home
  const origins = {
    home: address?.origin ?? `http://127.0.0.1:${home.port}`,
    elsewhere: `http://127.0.0.1:${elsewhere.port}`,
  }
  const issuer = origins.home + behaviour.issuerPath
  const device = new Device(behaviour, origins.home)
  const issued = (secret: string, kind?: Kind) => secrets.add(secret, kind)

  function route(record: ProviderRequest, { headers }: IncomingMessage, place: string): Answer {
    const { method, path, parameters } = record
    const at = (name: EndpointName) =>
      behaviour.paths[name] === path && place === (behaviour.elsewhere.includes(name) ? 'elsewhere' : 'home')
    if (method === 'GET') {
      const discovery = `${behaviour.issuerPath.replace(/\/$/, '')}/.well-known/openid-configuration`
      if (place === 'home' && path === discovery)
        return { status: 200, json: metadataOf(behaviour, issuer, origins) }
      if (at('userinfo') && behaviour.userinfo) {
        const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
        return secrets.has(token) ? { status: 200, json: behaviour.userinfo } : { status: 401 }
      }
      if (at('jwks')) return { status: 200, json: oldKeys ?? mint.keySet }
      if (at('authorize')) {
        return authorize(behaviour, issuer, parameters, now(), (code, pending) => {
          issued(code, 'never')
          codes.set(code, pending)
        })
      }
    }
    if (method === 'POST') {
      // As oauthlib does, the whole header is compared (RFC 8628 §3.1 names the bare type).
      if (headers['content-type'] !== 'application/x-www-form-urlencoded')
        return oauthError('invalid_request', 'Content-Type must be application/x-www-form-urlencoded')
      if (at('token')) {
        const forced = typeof instead === 'function' ? instead(parameters) : instead
        if (forced) return forced
        const counted = { refreshed: () => (refreshes += 1), issued }
        const desk = { behaviour, issuer, codes, refreshTokens, device, mint, now, ...counted }
        return answerToken(desk, parameters, headers)
      }
      if (at('device')) return device.start(parameters, now(), issued)
      if (at('revoke')) return insteadOfRevoking ?? revoke(parameters)
    }
    return { status: 404, page: '<h1>Not found</h1>' }
  }

  /** RFC 7009: an unknown token is no error, a kind that it cannot revoke is one. */
  function revoke(form: URLSearchParams): Answer {
    const token = form.get('token') ?? ''
    if (!refreshTokens.revokeFamily(token) && secrets.has(token) && !behaviour.revokes.includes('access'))
      return oauthError('unsupported_token_type')
    return { status: 200 }
  }

  return {
    behaviour,
    issuer,
    port: home.port,
    requests,
    asked: (endpoint) =>
      requests.filter(({ path }) => path === behaviour.paths[endpoint]).map(({ parameters }) => parameters),
    get refreshes() {
      return refreshes
    },
    get liveRefreshTokens() {
      return refreshTokens.live
    },
    secrets,
    pollsMeet: (...script) => {
      device.script = script
    },
    loseTokenAnswers: (count) => {
      losing = count
    },
    answerTokensWith: (answer) => {
      instead = answer
    },
    answerRevocationsWith: (answer) => {
      insteadOfRevoking = answer
    },
    replaceKeys: async (publish = true) => {
      oldKeys = publish ? undefined : mint.keySet
      await mint.replaceKeys()
    },
    hang: (value) => {
      hanging = value
    },
    slowDown: (path, milliseconds) => void slow.set(path, milliseconds),
    move: (endpoint, path) => {
      paths[endpoint] = path
    },
    hideKeys: (hidden) => {
      keysHidden = hidden
    },
    advance: (seconds) => {
      offset += seconds
    },
    endSessions: () => refreshTokens.revokeAll(),
    async close() {
      await Promise.all([home.close(), elsewhere.close()])
    },
  }
}

function send(
  response: ServerResponse,
  { status, json, page, location, headers = {} }: Answer,
  now: number | undefined,
): void {
  response.sendDate = false
  if (now !== undefined) response.setHeader('date', new Date(now * 1000).toUTCString())
  response.setHeader('cache-control', 'no-store')
  if (location !== undefined) response.setHeader('location', location)
  if (json !== undefined) response.setHeader('content-type', 'application/json')
  if (page !== undefined) response.setHeader('content-type', 'text/html; charset=utf-8')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.writeHead(status).end(json === undefined ? page : JSON.stringify(json))
}
