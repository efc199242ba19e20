import { requirementParameters } from '../../claims/sign-in-requirements.ts'
import type { Client } from '../../client.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import type { Clock, Ports } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { NOT_HERE, ProviderFailure } from '../answers/provider-errors.ts'
import { scopeParameters } from '../protocol/grant-parameters.ts'
import type { Provider } from '../protocol/provider.ts'
import type { Tokens } from '../protocol/tokens.ts'
import type { DeviceCode, DevicePrompt, LoginDialog, LoginOptions } from './login-dialog.ts'

/** Timeout in seconds, even for a code that lives longer: a longer wait only gives a phisher more time. */
const LONGEST_SECONDS = 900
/** For one poll, where the person has set no timeout. */
const POLL_MILLISECONDS = 30_000

/**
 * The device flow (RFC 8628): shows a code, then polls at the provider's interval. Failures: `timed-out`, `declined`,
 * `cannot-do` (no device endpoint), and the provider's.
 */
export async function throughDevice<T>(attempt: Attempt<T>): Promise<T> {
  const asked = await askForCode(attempt)
  attempt.dialog.showDevice(promptOf(asked))
  return awaitDevice(attempt, asked)
}

/** What a person needs, made safe for a terminal. */
export const promptOf = ({ grant, expiresInSeconds }: DeviceCode): DevicePrompt => ({
  userCode: safeText(grant.userCode, 64),
  verificationUri: shownAddress(grant.verificationUri),
  verificationUriComplete: grant.verificationUriComplete && shownAddress(grant.verificationUriComplete),
  expiresInSeconds,
})

/** Asks for a code. Failure `cannot-do`: the provider has no device flow. */
export async function askForCode(attempt: Attempt<unknown>): Promise<DeviceCode> {
  const { client, options, provider, ports } = attempt
  if (typeof provider.metadata.device_authorization_endpoint !== 'string') {
    throw new Failure('cannot-do', 'this provider has no device flow', {
      hint: 'Use: ls-auth login --paste',
    })
  }
  noteUnsent(attempt)
  // RFC 8628 does not name these; a provider that does not know them ignores them (RFC 6749 §3.1).
  const grant = await provider.startDevice({
    ...scopeParameters(client),
    ...requirementParameters(options.required ?? {}),
  })
  const expiresInSeconds = clamp(grant.expiresInSeconds, 1, LONGEST_SECONDS, 600)
  return { grant, endsAt: ports.clock.now() + expiresInSeconds * 1000, expiresInSeconds }
}

/** Polls until the code is confirmed, and signs in. Failures: as {@link throughDevice}. */
export function awaitDevice<T>(attempt: Attempt<T>, { grant, endsAt }: DeviceCode): Promise<T> {
  const { client, provider, ports, accept } = attempt
  const parameters = scopeParameters(client)
  const longest = client.http.timeoutMilliseconds ?? POLL_MILLISECONDS
  const ask = (left: number) => provider.pollDevice(grant, parameters, Math.ceil(Math.min(left, longest)))
  // Ctrl-C ends the wait between polls at once; in one, it waits until the tokens are stored or revoked.
  const spend = (left: number) => ports.signals.shield(() => judged(ask(left), accept))
  // Listens all the time: a signal that comes just when a poll stops listening would be lost.
  const stop = ports.signals.beforeEnd(async () => {})
  return poll(spend, grant.intervalSeconds, ports.clock, endsAt).finally(stop)
}

/** Who signs in, and where, may hang on them. Those that the preset sends are for a browser alone. */
function noteUnsent({ client: { preset }, dialog }: Pick<Attempt<unknown>, 'client' | 'dialog'>): void {
  if (preset.chosenParameters.length === 0) return
  const names = preset.chosenParameters.map((name) => safeText(name, 80)).join(', ')
  dialog.tell(`note: the device flow does not send authorization_parameters: ${names}`)
}

/** What a poll has come to: the sign-in, or why there is none. A failure to accept its tokens is thrown: no poll fixes it. */
type Polled<T> = { readonly result: T } | { readonly error: unknown }

async function judged<T>(answer: Promise<Tokens>, accept: Attempt<T>['accept']): Promise<Polled<T>> {
  const [tokens, error] = await answer.then(
    (tokens) => [tokens, undefined] as const,
    (error: unknown) => [undefined, error] as const,
  )
  return tokens === undefined ? { error } : { result: await accept(tokens) }
}

/** Seconds. */
const MOST_BACKOFF = 60

/** `ask` gets the time that is left, milliseconds: no poll outlives the code. */
async function poll<T>(
  ask: (left: number) => Promise<Polled<T>>,
  intervalSeconds: number,
  clock: Clock,
  deadline: number,
): Promise<T> {
  let interval = clamp(intervalSeconds, 1, 300, 5)
  let backoff = interval
  let unreachable: Failure | undefined
  for (;;) {
    if (clock.now() + backoff * 1000 >= deadline) break
    await clock.sleep(backoff * 1000)
    const left = deadline - clock.now()
    if (left <= 0) break
    unreachable = undefined
    const polled = await ask(left)
    if ('result' in polled) return polled.result
    const verdict = classify(polled.error)
    if (verdict === 'stop') throw polled.error
    if (verdict === 'expired') break
    if (verdict === 'slow-down') interval += 5
    if (verdict === 'unreachable') unreachable = polled.error as Failure
    // RFC 8628 §3.5: exponential backoff after a timeout, never below the interval, and back to it after any answer.
    backoff = verdict === 'unreachable' ? Math.max(interval, Math.min(backoff * 2, MOST_BACKOFF)) : interval
  }
  throw new Failure('timed-out', 'the code was not confirmed in time', {
    hint: 'Run ls-auth login --device again for a new code.',
    detail: unreachable ? [`the last time: ${unreachable.message}`] : [],
  })
}

type Verdict = 'pending' | 'slow-down' | 'expired' | 'unreachable' | 'stop'

/**
 * By the error code first, the HTTP status second: providers disagree about the status. RFC 8628 §3.5: an error code ends the
 * flow. What something on the way has answered, a captive portal for instance, does not: the code lives on.
 */
function classify(error: unknown): Verdict {
  if (error instanceof NetworkFailure) return 'unreachable'
  if (!(error instanceof ProviderFailure)) return 'stop'
  const { wire } = error
  if (wire.error === 'authorization_pending') return 'pending'
  if (wire.error === 'slow_down') return 'slow-down'
  if (wire.error === 'expired_token') return 'expired'
  if (wire.error !== undefined) return 'stop'
  if (wire.status === 429) return 'slow-down'
  // An endpoint that is missing says so with a page of its own.
  if (wire.intercepted && !NOT_HERE.includes(wire.status ?? 0)) return 'unreachable'
  return wire.status !== undefined && wire.status >= 500 ? 'unreachable' : 'stop'
}

function clamp(value: number, least: number, most: number, fallback: number): number {
  return Number.isFinite(value) && value > 0 ? Math.min(most, Math.max(least, value)) : fallback
}

/** One sign-in in progress, as the flows (browser, paste, device) share it. */
export interface Attempt<Result> {
  readonly client: Client
  readonly options: LoginOptions
  readonly provider: Provider
  readonly ports: Ports
  readonly dialog: LoginDialog
  /** For a sign-in at which the provider may not ask who it is: the ID token of the one before. */
  readonly idTokenHint?: string | undefined
  /**
   * Checks the tokens and stores the session. A flow calls it before it ends: the page in the browser must say "signed in" only
   * when that is true.
   */
  accept(tokens: Tokens): Promise<Result>
  /** Name or e-mail for the page; undefined: not known. */
  personOf(result: Result): string | undefined
}

/** Characters; RFC 8628 §3.2 wants an address that is short and easy to remember. */
const LONGEST_SHOWN = 2_048

/**
 * Checks a URL that a person or the system's opener will open: https (http on loopback). It has no user info, which could hide
 * the real host. Used for URLs from the provider and those built on its authorization endpoint. Failure `refused`.
 */
export function safeAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && !url.username && !url.password && isHttpsOrLoopback(url)) return url
  throw refused('an address that ls-auth will not show or open', text)
}

/** The same for an address that the provider sends to be shown: a long one would fill the terminal. */
export function shownAddress(text: string): string {
  const { href } = safeAddress(text)
  if (href.length <= LONGEST_SHOWN) return href
  throw refused(`an address that is too long: ${href.length} characters, ${LONGEST_SHOWN} at most`, href)
}

const refused = (what: string, text: string): Failure =>
  new Failure('refused', `the provider sent ${what}`, { detail: [safeText(text, 200)] })
