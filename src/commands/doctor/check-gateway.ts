import { randomUUID } from 'node:crypto'
import { explainAnswer } from '../../api/refusal/denial.ts'
import { target } from '../../api/request.ts'
import type { Attack, Held, Reference } from '../../attacks/attack.ts'
import { attacksOn, OVERRIDE } from '../../attacks/table.ts'
import { missingReads } from '../../attacks/tokenless.ts'
import { isAnswered, isSentOn, type Judgement, type Seen, worst } from '../../attacks/verdict.ts'
import { type GatewayProbe, gatewayProbe } from '../../backends/gateway-probe.ts'
import { backendOf, explainFailure, requirePlace } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { pathForLog } from '../../loopback-host.ts'
import { scopeToAsk } from '../../providers/scope-names.ts'
import type { StoredToken } from '../../session/store/session-file.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import { isProxySet } from '../outside-proxy.ts'
import { insteadOfLogin, OTHER_TOKEN } from '../request/authorised-request.ts'
import { otherIssuerHint } from '../request/other-issuer.ts'
import { requireApi, requireBackend, requireReason } from '../request/require-api.ts'
import { gatewayRequests, type Sent } from './gateway-requests.ts'
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

/** What is known of a gateway after it was attacked. */
export interface GatewayReport {
  /** Method and address that was read, without a secret; undefined: no token, so nothing was sent. */
  readonly route: string | undefined
  /** Whether the person's own token is answered there. Without that nothing can be told, and `attacks` is empty. */
  readonly control: {
    readonly verdict: 'answered' | 'failed'
    readonly found: string
    readonly next?: string
    /** The gateway or the network failed: another time it may be told. */
    readonly mayPass?: boolean
  }
  readonly attacks: readonly Attacked[]
}

/** Failures `cannot-do`, `settings`, `usage`: there is nothing to attack, or nothing to attack it with. */
export function requireGateway(invocation: Invocation, profile: Profile): void {
  requireApi(profile)
  requireBackend(profile)
  requireReason(profile.client)
  probeOf(profile)
  if (sendsToken(profile)) return
  const isProxied = isProxySet(invocation.ports.env)
  throw new Failure(
    'cannot-do',
    isProxied
      ? 'doctor --gateway does not work through a local proxy (LS_AUTH_PROXY is set)'
      : 'doctor --gateway has no token to attack with: authorization = "none" sends none',
    {
      hint: isProxied
        ? 'Run it outside of exec --proxy: in here there is no token.'
        : 'Name the gateway that people with a token use: --api URL --authorization bearer',
    },
  )
}

const probeOf = (profile: Profile): GatewayProbe =>
  gatewayProbe(profile.backend, requirePlace(backendOf(profile.backend), profile))

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
    if (error instanceof Failure) return untold(error, undefined)
    throw error
  }
  const { reads, write, tenants } = probeOf(profile)
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
    return untold(isGiven ? insteadOfLogin(failure, OTHER_TOKEN) : failure, route)
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

/** A gateway that sends everybody on to another scheme or port is told once: nothing was tried there. */
function onceSentOn(attacks: readonly Attacked[]): readonly Attacked[] {
  const first = attacks.find(isSentOn)
  return attacks.map((one) =>
    one === first || !isSentOn(one) ? one : { ...one, verdict: 'not-tried', found: `${one.found}, as above` },
  )
}

/** Failed all together: one line says so, with the reason. */
const untold = ({ message, hint, exit }: Failure, route: string | undefined): GatewayReport => ({
  route,
  control: { verdict: 'failed', found: message, next: hint, mayPass: exit === 6 },
  attacks: [],
})

const found = ({ answer }: Sent): string => `HTTP ${answer?.status}`

const isMissing = ({ answer }: Sent): boolean =>
  answer !== undefined && [400, 404, 405, 501].includes(answer.status)

function failureOf(sent: Sent | undefined, url: URL, token: string, { client }: Profile): Failure {
  if (sent?.answer === undefined) {
    const message = sent && 'failure' in sent.seen ? sent.seen.failure : 'nothing was asked'
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
