import type { KnownRefusal, RefusedRequest, Witness } from '../../api/destination.ts'
import type { Pacing } from '../../api/pacing.ts'
import { openApi, type Send, type TokenSource } from '../../api/request.ts'
import type { AuditEntry } from '../../audit/record.ts'
import { explainRefusal, type SentToken } from '../../backends/gateways.ts'
import { backendOf, explainFailure } from '../../backends/table.ts'
import { payloadOf } from '../../claims/jwt/jwt.ts'
import type { SignInRequirements } from '../../claims/sign-in-requirements.ts'
import type { Client, PartialClient } from '../../client.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { FAILURES, Failure, type FailureCode } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import { isLoopback } from '../../loopback-host.ts'
import { portWith } from '../../port-with.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import type { Signals } from '../../ports/ports.ts'
import { scopeToAsk } from '../../providers/scope-names.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { canAsk } from '../can-ask.ts'
import { commandLine, optionWords } from '../command-line.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import { behindProxy, noteOtherProfile } from './behind-proxy.ts'
import { expired, isBound, requireReason } from './bound-token.ts'
import { sessionToken, tokenSource, type ValidToken } from './credentials.ts'
import { heldToken, onePerson } from './held-token.ts'
import { openRecorder, type Recorder, writeAtOnce } from './recorder.ts'
import { requireApiOfGiven } from './require-api.ts'

export interface RequestRun {
  /** Decides when each is sent. */
  readonly pacing?: Pacing
  /** There are so many that the token is held in memory, and the session is looked at now and then. */
  readonly isLong?: boolean
  /** Shown each answer. */
  readonly onAnswer?: (answer: HttpAnswer) => void
  /** The same requests again and again: the record holds some of them. */
  readonly isRepeated?: boolean
}

/**
 * Sends requests to the API of a profile with the user's token (with none under `authorization = "none"`). Each is in the
 * record. Failure `usage` when the profile wants a reason.
 */
export async function authorisedRequest(
  invocation: Invocation,
  profile: Profile,
  run: RequestRun = {},
): Promise<Send> {
  requireReason(profile.client)
  if (profile.throughProxy) noteOtherProfile(invocation)
  const { pacing, isLong = false, onAnswer } = run
  const row = backendOf(profile.backend)
  const recorder = await openRunRecorder(invocation, profile, run)
  const given = givenToken(invocation)
  const isGiven = given !== undefined
  if (isGiven && sendsToken(profile)) requireApiOfGiven(invocation.ports.env, profile)
  const proofs = openProofs(invocation.ports.clock)
  const destination = {
    base: profile.api,
    authorization: profile.authorization,
    tokenHeader: profile.authorizationHeader,
    http: shown(await invocation.ports.http(profile.client.http), onAnswer),
    recognise: (answer: HttpAnswer, request: RefusedRequest) =>
      recognise(invocation, profile, answer, request),
    witness: toTheEnd(invocation.ports.signals, recorder.request),
    now: () => invocation.ports.clock.now(),
    proofs,
    scopeToAsk: (scope: string) => scopeToAsk(profile.client, scope),
    otherIssuerHint: async (token: string) =>
      (await import('./other-issuer.ts')).otherIssuerHint(token, profile.client),
    ...(pacing && { pacing }),
    // Of these requests alone: a renewal whose answer is lost may end the session.
    ...(invocation.cancelled && { signal: invocation.cancelled }),
    explain(failure: Failure, host: string) {
      const explained = explainFailure(row, failure, host)
      if (explained.code === 'step-up') return forWhom(explained, isGiven, profile)
      const login = explained.hint.includes('ls-auth login')
      if (isGiven) {
        const failed = login ? ofGiven(explained, given, profile, invocation.ports.clock.now()) : explained
        // Only another token helps, as after its end.
        return explained.reason === 'refused-token' ? failed.withExit(FAILURES['session-ended'].exit) : failed
      }
      if (!login) return explained
      return profile.client.workload ? insteadOfLogin(explained, NOT_BELIEVED) : explained
    },
  }
  const client = () => requireClient(profile)
  const onToken = ({ value, body }: ValidToken) => {
    recorder.signedInBy(body.idToken)
    proofs.bind(value, body.proofKey, body.skewSeconds)
  }
  const open = async () =>
    isLong && !isGiven ? heldSource(invocation, client, onToken) : tokenSource(invocation, client, onToken)
  const source = invocation.ports.terminal.inIsTTY
    ? await stepUpSource(invocation, profile, client, open)
    : await open()
  return openApi(destination, orWithoutToken(source, invocation, profile))
}

async function openRunRecorder(
  invocation: Invocation,
  { client: own, throughProxy }: Profile,
  { isRepeated }: RequestRun,
): Promise<Recorder> {
  const { client, way } = throughProxy ? behindProxy(invocation, own) : { client: own, way: undefined }
  if (isRepeated !== true) return openRecorder(invocation, client, way)
  const write = oneOfRepeated(writeAtOnce(invocation, client.stateDirectory))
  return openRecorder(invocation, client, way, write)
}

function shown(http: Http, onAnswer: RequestRun['onAnswer']): Http {
  if (onAnswer === undefined) return http
  return portWith(http, {
    async send(request) {
      const answer = await http.send(request)
      onAnswer(answer)
      return answer
    },
  })
}

/** Lazy: only an answer that is not a good one is looked at. */
async function recognise(
  invocation: Invocation,
  { api, authorizationHeader, client, throughProxy }: Profile,
  answer: HttpAnswer,
  { path, token }: RefusedRequest,
): Promise<KnownRefusal | undefined> {
  const own = throughProxy ? proxyRefusal(answer) : undefined
  if (own !== undefined) return { failure: own }
  const use = givenToken(invocation) === undefined ? client.preset.useToken : undefined
  const sent =
    token === undefined
      ? undefined
      : sentToken(token, { use, header: authorizationHeader }, invocation.ports.clock.now())
  const { status, headers, body } = answer
  return explainRefusal({ base: api, path, status, headers, body, sent })
}

/**
 * The refusal of LS_AUTH_TOKEN. Its end counts only now: the API may go by another clock than this machine, and a token that it
 * accepts is good.
 */
function ofGiven(refusal: Failure, token: string, { client }: Profile, now: number): Failure {
  if (isBound(token)) return insteadOfLogin(refusal, KEY_ELSEWHERE)
  const failure = refusal.code === 'not-allowed' ? expired(token, client, now) : undefined
  if (failure === undefined) return insteadOfLogin(refusal, OTHER_TOKEN)
  const { code, message, hint } = failure
  return new Failure(code, message, { hint, detail: [refusal.message, ...refusal.detail], cause: refusal })
}

/** Another sign-in is for a person to make, and for the token of a sign-in. */
function forWhom(stepUp: Failure, isGiven: boolean, { client }: Profile): Failure {
  if (isGiven) return stepUp.withHint(`A person must do that and unset LS_AUTH_TOKEN. ${stepUp.hint}`)
  if (client.workload === undefined) return stepUp
  const { message, detail } = stepUp
  return new Failure('not-allowed', message, { hint: NO_PERSON, detail, cause: stepUp })
}

const NO_PERSON =
  "Only a person can sign in like that, and this profile is for a program. Use a person's profile, or ask whoever runs the gateway to admit this program."
const NOT_BELIEVED =
  "The API rejected this workload's token. ls-auth whoami shows its claims, ls-auth doctor checks each step."
const KEY_ELSEWHERE =
  "The token in LS_AUTH_TOKEN is bound to its sign-in's key (cnf.jkt). On that machine, run this behind: ls-auth exec --proxy"
/** What helps who has set LS_AUTH_TOKEN. */
export const OTHER_TOKEN = 'Replace the token in LS_AUTH_TOKEN, or unset it and sign in: ls-auth login'

/**
 * The failure with the hint for a token that no sign-in replaces. A web page may come from a wrong address or from a network on
 * the way, so there the hint begins with the address.
 */
export function insteadOfLogin(failure: Failure, hint: string): Failure {
  if (failure.code !== 'login-page') return failure.withHint(hint)
  return failure.withHint(
    `${FAILURES['login-page'].hint} If so, ${hint.charAt(0).toLowerCase()}${hint.slice(1)}`,
  )
}

/**
 * Without a token, the failure also names the way to an API that wants none, such as the person's Jaeger beside another
 * profile.
 */
function orWithoutToken(source: TokenSource, invocation: Invocation, profile: Profile): TokenSource {
  const isTyped = invocation.settings.api !== undefined
  if (!(isTyped && isLoopback(profile.api)) && profile.client.issuer !== undefined) return source
  const without = commandLine(invocation, { authorization: 'none' })
  return {
    ...source,
    token: () =>
      source.token().catch((error) => {
        if (!(error instanceof Failure) || !WITHOUT_SIGN_IN.includes(error.code)) throw error
        const { code, message, hint } = error
        // A vendor's own API wants a token, and says itself how to sign in. What it needs beside that was typed.
        const { apiHost, takes } = backendOf(profile.backend)
        if (apiHost !== undefined) {
          const kept = ['profile', ...takes].map((name) => [name, invocation.options[name]])
          const api = shellWord(profile.api.href.replace(/\/$/, ''))
          throw error.withHint(`Sign in: ls-auth login ${api}${optionWords(Object.fromEntries(kept))}`)
        }
        const detail = [...error.detail, `if the API needs no sign-in: ${without}`]
        throw new Failure(code, message, { hint, detail, cause: error })
      }),
  }
}

const WITHOUT_SIGN_IN: readonly string[] = ['not-signed-in', 'session-ended', 'other-origin', 'settings']

/**
 * The same witness, for a command that a signal ends at once: the request under way ends in the record without an answer, once.
 */
export function toTheEnd({ beforeEnd }: Signals, witness: Witness): Witness {
  return (request) => {
    const { headers, ended } = witness(request)
    let noting: Promise<void> | undefined
    const tell: typeof ended = (status, traceId) => {
      noting ??= ended(status, traceId)
      return noting
    }
    const forget = beforeEnd(() => tell(undefined))
    // Only now: a signal may come while it is being written.
    return { headers, ended: (status, traceId) => tell(status, traceId).finally(forget) }
  }
}

/**
 * The tokens of the session for a run of thousands of requests, held in memory: a request costs neither a file nor a keychain.
 * `onToken` gets each one before it is used. Failures: those of {@link sessionToken} and {@link onePerson}.
 */
function heldSource(
  invocation: Invocation,
  client: () => Client,
  onToken: (token: ValidToken) => void,
): TokenSource {
  const requireSamePerson = onePerson()
  const ask = async (rejected: string | undefined) => {
    const token = await sessionToken(invocation, client(), rejected === undefined ? {} : { rejected })
    requireSamePerson(token)
    onToken(token)
    return token
  }
  return heldToken(ask, invocation.ports.clock, () => {})
}

/**
 * A local proxy's own answer in place of the API's (Proxy-Status, RFC 9209; it removes that header from the API's answers): its
 * failure with its exit status, or that it does not pass the request on (`not-allowed`). Undefined for answers of the API.
 */
function proxyRefusal({ status, headers, body }: HttpAnswer): Failure | undefined {
  if (!/^ls-auth;/.test(headers['proxy-status'] ?? '')) return undefined
  const { error, message, hint } = jsonObject(body) ?? {}
  const why = safeText(String(message), 300)
  if (isFailureCode(error) && status >= 500) return new Failure(error, why, hintOf(hint))
  return new Failure('not-allowed', `the local proxy refuses this request (HTTP ${status})`, {
    detail: [why],
    hint: 'The request was not sent. To allow writes, outside of exec --proxy: ls-auth proxy --port 0 --allow-write',
  })
}

const isFailureCode = (code: unknown): code is FailureCode => typeof code === 'string' && code in FAILURES

const hintOf = (hint: unknown) => (typeof hint === 'string' ? { hint: safeText(hint, 500) } : {})

/** So often the record says that the same request is still being repeated. */
const STILL_MILLISECONDS = 300_000

/**
 * For a run that sends the same request every few seconds, perhaps for days. Writes the first, then one in five minutes, and
 * each with another answer or token. So the record has from when to when a person looked, and keeps old lines of others. The
 * API's own log has every request.
 */
function oneOfRepeated(write: (entry: AuditEntry) => Promise<void>): (entry: AuditEntry) => Promise<void> {
  /** The last line of a request, by method and path. */
  const written = new Map<string, AuditEntry>()
  return async (entry) => {
    const { time, event, method, path, status, jti } = entry
    const request = `${event} ${method} ${path}`
    const last = written.get(request)
    const isSame = event === 'request' && last?.status === status && last.jti === jti
    if (isSame && Date.parse(time) - Date.parse(last.time) < STILL_MILLISECONDS) return
    written.set(request, entry)
    await write(entry)
  }
}

/** `now`: milliseconds since the epoch. */
function sentToken(token: string, how: Pick<SentToken, 'use' | 'header'>, now: number): SentToken {
  const { aud, groups, exp } = payloadOf(token) ?? {}
  return {
    ...how,
    audiences: textsIn(aud),
    groups: textsIn(groups),
    isExpired: typeof exp === 'number' && exp * 1000 < now,
  }
}

const textsIn = (claim: unknown): string[] =>
  [claim].flat().filter((one): one is string => typeof one === 'string')

/** Commands that must not be held up by a question, and those that are about the sign-in themselves. */
const WITHOUT: readonly string[] = ['doctor', 'exec', 'login', 'mcp', 'proxy']

/**
 * The tokens that `open` gives; where a person can be asked, also those of a new sign-in that the API requires. Requests that
 * run at once wait for the same sign-in.
 */
async function stepUpSource(
  invocation: Invocation,
  profile: { readonly client: PartialClient },
  client: () => Client,
  open: () => Promise<TokenSource>,
): Promise<TokenSource> {
  let source = await open()
  const isForPerson = givenToken(invocation) === undefined && profile.client.workload === undefined
  if (!isForPerson || WITHOUT.includes(invocation.command) || !canAsk(invocation)) return source
  let signingIn: Promise<void> | undefined
  const signIn = async (required: SignInRequirements, host: string) => {
    const { signInAnew } = await import('../sign-in-anew.ts')
    await signInAnew(invocation, client(), required, host)
    // The old source may hold a token of the sign-in before.
    source = await open()
  }
  return {
    token: () => source.token(),
    renew: (rejected) => source.renew(rejected),
    async stepUp(required, host, rejected) {
      signingIn ??= signIn(required, host)
      await signingIn
      const token = await source.token()
      return token === rejected ? undefined : token
    },
  }
}
