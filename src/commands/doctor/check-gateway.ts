import { randomUUID } from 'node:crypto'
import type { Destination } from '../../api/destination.ts'
import { explainAnswer } from '../../api/refusal/denial.ts'
import { sendOnce, target } from '../../api/request.ts'
import type { Attack, Held, Reference, Shot } from '../../attacks/attack.ts'
import { attacksOn, missingReads, OVERRIDE } from '../../attacks/table.ts'
import {
  isAnswered,
  isSentOn,
  type Judgement,
  redirectOf,
  type Seen,
  sameAt,
  worst,
} from '../../attacks/verdict.ts'
import { backendOf, explainFailure, requirePlace } from '../../backends/table.ts'
import type { GatewayProbe } from '../../backends/trace-source.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure } from '../../errors.ts'
import { isPage } from '../../http-answers/error-body.ts'
import { pathForLog } from '../../loopback-host.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { scopeToAsk } from '../../providers/scope-names.ts'
import type { StoredToken } from '../../session/store/session-file.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import { isProxySet } from '../outside-proxy.ts'
import { insteadOfLogin, OTHER_TOKEN, toTheEnd } from '../request/authorised-request.ts'
import { requireReason } from '../request/bound-token.ts'
import { otherIssuerHint } from '../request/other-issuer.ts'
import { openRecorder, writeAtOnce } from '../request/recorder.ts'
import { requireApi, requireBackend } from '../request/require-api.ts'
import { type GatewayTokens, gatewayTokens } from './gateway-tokens.ts'

/** What became of one attack. */
export interface Attacked {
  readonly attack: string
  readonly name: string
  readonly verdict: Judgement['verdict']
  /** Of the answer that decided; undefined: none was decided by one. */
  readonly status: number | undefined
  readonly found: string
  /** For what was let through. */
  readonly next?: string
}

export interface GatewayReport {
  /** Method and address that was read, without a secret; undefined: no token, so nothing was sent. */
  readonly route: string | undefined
  /** Whether the gateway answers the person's own token. Otherwise every attack stays unknown, and `attacks` is empty. */
  readonly control: {
    readonly verdict: 'answered' | 'failed'
    readonly found: string
    readonly next?: string
    /** The gateway or the network failed: another time it may be known. */
    readonly mayPass?: boolean
  }
  readonly attacks: readonly Attacked[]
}

/** Failures `cannot-do`, `settings`, `usage`: there is nothing to attack, or nothing to attack it with. */
export async function requireGateway(invocation: Invocation, profile: Profile): Promise<void> {
  requireApi(profile)
  requireBackend(profile)
  requireReason(profile.client)
  await probeOf(profile)
  if (sendsToken(profile)) return
  const isProxied = isProxySet(invocation.ports.env)
  throw new Failure(
    'cannot-do',
    isProxied
      ? 'doctor --gateway does not work through a local proxy (LS_AUTH_PROXY is set)'
      : 'doctor --gateway has no token for its attacks: authorization = "none" sends none',
    {
      hint: isProxied
        ? 'Run it outside of exec --proxy, where ls-auth has a token.'
        : 'Give the gateway that people with a token use: --api URL --authorization bearer',
    },
  )
}

async function probeOf({ backend, place }: Profile): Promise<GatewayProbe> {
  const row = backendOf(backend)
  const probe = (await row.api()).gatewayProbe?.(requirePlace(row, place))
  if (probe !== undefined) return probe
  throw new Failure('cannot-do', `${row.name} checks tokens itself: there is no gateway to test`, {
    hint: 'Run: ls-auth doctor',
  })
}

/**
 * Sends what a gateway must refuse, one request after the other, and judges each answer. First the good token, whose
 * answer every other one is compared with. `kept`: tokens from before a renewal.
 */
export async function checkGateway(
  invocation: Invocation,
  profile: Profile,
  kept: readonly StoredToken[],
): Promise<GatewayReport> {
  let tokens: GatewayTokens
  try {
    tokens = await gatewayTokens(invocation, profile, kept)
  } catch (error) {
    if (error instanceof Failure) return unknownReport(error, undefined)
    throw error
  }
  const { reads, write, tenants } = await probeOf(profile)
  const send = await gatewayRequests(invocation, profile, tokens)
  const { token } = tokens
  let control: { path: string; sent: Sent } | undefined
  for (const path of reads) {
    const sent = await send({ token, path })
    // That the person may not read one says more than that another is missing.
    if (control === undefined || isAnswered(sent.seen) || isMissing(control.sent)) control = { path, sent }
    // Another version of the back end may have the next one, and a gateway may open that one alone.
    if (isAnswered(sent.seen) || !(isMissing(sent) || sent.answer?.status === 403)) break
  }
  const { path: read = '', sent: plain } = control ?? {}
  const url = target(profile.api, { path: read })
  const route = `GET ${url.origin}${pathForLog(url)}`
  if (plain === undefined || !isAnswered(plain.seen)) {
    const failure = explainFailure(
      backendOf(profile.backend),
      failureOf(plain, url, token, profile),
      url.hostname,
    )
    const isGiven = givenToken(invocation) !== undefined && failure.hint.includes('ls-auth login')
    return unknownReport(isGiven ? insteadOfLogin(failure, OTHER_TOKEN) : failure, route)
  }

  const real = (await send({ token, path: read, method: OVERRIDE })).seen
  const base = profile.api.pathname.replace(/\/+$/, '')
  const held: Held = { ...tokens, base, read, write }
  const missing: Seen[] = []
  for (const shot of missingReads(base)) missing.push((await send({ path: read, ...shot })).seen)
  const again = tenants === undefined ? undefined : (await send({ token, path: read })).seen
  const reference = { plain: plain.seen, again, real, missing }
  const attacks: Attacked[] = []
  for (const attack of attacksOn(tenants, `ls-auth-doctor-${randomUUID()}`))
    attacks.push(await attacked(attack, held, send, reference))
  return { route, control: { verdict: 'answered', found: found(plain) }, attacks: onceSentOn(attacks) }
}

/** A gateway that sends everybody on to another scheme or port is reported once: no attack was tried there. */
function onceSentOn(attacks: readonly Attacked[]): readonly Attacked[] {
  const first = attacks.find(isSentOn)
  return attacks.map((one) =>
    one === first || !isSentOn(one) ? one : { ...one, verdict: 'not-tried', found: `${one.found}, as above` },
  )
}

/** Failed all together: one line says so, with the reason. */
const unknownReport = ({ message, hint, exit }: Failure, route: string | undefined): GatewayReport => ({
  route,
  control: { verdict: 'failed', found: message, next: hint, mayPass: exit === 6 },
  attacks: [],
})

const found = ({ answer }: Sent): string => `HTTP ${answer?.status}`

const isMissing = ({ answer }: Sent): boolean =>
  answer !== undefined && [400, 404, 405, 501].includes(answer.status)

function failureOf(sent: Sent | undefined, url: URL, token: string, { client }: Profile): Failure {
  if (sent?.answer === undefined) {
    const message = sent && 'failure' in sent.seen ? sent.seen.failure : 'no request was sent'
    return new Failure('network', message)
  }
  return (
    explainAnswer(sent.answer, url, token, {
      scopeToAsk: (scope) => scopeToAsk(client, scope),
      otherIssuerHint: otherIssuerHint(token, client),
    }) ??
    new Failure('api-failed', `${url.host} does not have this route (HTTP ${sent.answer.status})`, {
      hint: 'Check that api in the profile is the base URL of the trace API.',
    })
  )
}

async function attacked(
  attack: Attack,
  held: Held,
  send: Awaited<ReturnType<typeof gatewayRequests>>,
  reference: Reference,
): Promise<Attacked> {
  const { id, name, remedy } = attack
  const shots = await attack.make(held)
  if (typeof shots === 'string') {
    return { attack: id, name, verdict: 'not-tried', status: undefined, found: shots }
  }
  const judgements: Judgement[] = []
  for (const shot of shots) {
    const { seen } = await send({ path: held.read, ...shot }, id)
    const judgement = attack.judge(seen, reference)
    const form = shot.form === undefined || judgement.verdict === 'refused' ? '' : `${shot.form}: `
    judgements.push({ ...judgement, found: `${form}${judgement.found}` })
    if (judgement.verdict === 'let-through') break
  }
  const { verdict, status, found } = worst(judgements) as Judgement
  const refused = judgements.filter((one) => one.verdict === 'refused').length
  const forms = verdict === 'refused' && refused > 1 ? `, in ${refused} forms` : ''
  return {
    attack: id,
    name,
    verdict,
    status,
    found: `${found}${forms}`,
    ...(verdict === 'let-through' && { next: remedy }),
  }
}

/** One request with its answer, if it got one. */
interface Sent {
  readonly seen: Seen
  readonly answer: HttpAnswer | undefined
}

/** For the log of a gateway, whose reader wonders about so many bad tokens of one person. `id`: of the attack. */
const reasonFor = (id: string | undefined): string =>
  id === undefined ? 'ls-auth doctor --gateway' : `ls-auth doctor --gateway: ${id}`

/**
 * Sends requests to the API of a profile with any token or none. Each is in the record, and names the caller like every other,
 * and its attack; it renews no token. A read of an attack, or without a token, follows one redirect, to the same path at the
 * same origin. Everybody gets that answer, and it is compared with the others there.
 */
async function gatewayRequests(
  invocation: Invocation,
  profile: Profile,
  {
    sessionIdToken,
    proofKey,
    skewSeconds,
  }: Pick<GatewayTokens, 'sessionIdToken' | 'proofKey' | 'skewSeconds'>,
): Promise<(shot: Shot & { readonly path: string }, id?: string) => Promise<Sent>> {
  const {
    client,
    api: base,
    authorization,
    authorizationHeader: tokenHeader,
    place: { tenant },
  } = profile
  // One for all, so that a record that cannot be written is said once.
  const write = writeAtOnce(invocation, client.stateDirectory)
  const recorderFor = (id: string | undefined) => {
    const reason = client.reason ?? reasonFor(id)
    const recorder = openRecorder(invocation, { ...client, reason }, undefined, write)
    recorder.signedInBy(sessionIdToken)
    return recorder
  }
  const http = await invocation.ports.http(client.http)
  const proofs = openProofs(invocation.ports.clock)
  const shared: Destination = {
    base,
    authorization,
    tokenHeader,
    http,
    proofs,
  }
  const { tenantHeader } = backendOf(profile.backend)
  const place = tenantHeader !== undefined && tenant !== undefined ? { [tenantHeader]: tenant } : {}
  return async ({ token, method = 'GET', path, query = '', headers = {}, body, base: at }, id) => {
    const witness = toTheEnd(invocation.ports.signals, recorderFor(id).request)
    const destination = { ...shared, witness, base: at === undefined ? base : placedAt(at, base) }
    const request = {
      method,
      path,
      query,
      // An attack may name another tenant than the profile.
      headers: { ...place, ...headers },
      ...(body !== undefined && { body }),
    }
    try {
      // A forged token comes with a good proof: only the token may be what is refused.
      if (token !== undefined) proofs.bind(token, proofKey, skewSeconds)
      const before = proofs.lesson()
      const first = await sendOnce(destination, request, token)
      const isProofRefused = token !== undefined && proofs.learn(token, first, before)
      const answer = isProofRefused ? await sendOnce(destination, request, token) : first
      const asked = target(destination.base, request)
      const follows =
        (id !== undefined || token === undefined) && READS.includes(method) && body === undefined
      const again = follows ? sameAt(asked, locationOf(answer)) : undefined
      if (again === undefined) return { seen: seenIn(answer, asked), answer }
      const there = { ...request, path: again.pathname, query: again.search }
      const last = await sendOnce({ ...destination, base: placedAt('/', base) }, there, token)
      return { seen: seenIn(last, again, asked), answer: last }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return { seen: { failure: error.message }, answer: undefined }
    }
  }
}

/** Another path on the same origin. */
function placedAt(path: string, base: URL): URL {
  const url = new URL(base)
  url.pathname = path
  return url
}

const READS: readonly string[] = ['GET', 'HEAD']

const locationOf = ({ status, headers }: HttpAnswer): string | undefined =>
  status >= 300 && status < 400 ? headers.location : undefined

/** `before`: the first request, where a redirect led to `asked`. */
const seenIn = (answer: HttpAnswer, asked: URL, before?: URL): Seen => ({
  status: answer.status,
  isPage: isPage(answer),
  type: (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
  body: answer.body,
  redirect: redirectOf(asked, locationOf(answer), before),
})
