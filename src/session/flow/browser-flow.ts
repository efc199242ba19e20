import { requirementParameters } from '../../claims/sign-in-requirements.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { registrationSteps } from '../../providers/preset-texts.ts'
import { urisToRegister } from '../../providers/presets.ts'
import { safeText } from '../../text/safe-text.ts'
import type { AuthorizationRequest } from '../protocol/code-grant.ts'
import { scopeParameters } from '../protocol/grant-parameters.ts'
import { type BrowserHere, startPages } from './callback.ts'
import { type Attempt, safeAddress, throughDevice } from './device.ts'
import { type Elsewhere, findDisplay } from './display.ts'
import type { LoginDialog, LoginOptions } from './login-dialog.ts'
import { type Loopback, listen } from './loopback.ts'
import { socketOwner } from './socket-owner.ts'

/**
 * The authorization code flow (RFC 8252) with a browser on this machine or another one. Ends by a redirect to the loopback
 * listener or a pasted URL. Without a display here, it takes both and offers the device flow, too. Failures: `timed-out` after
 * 5 minutes, `declined`, `settings` (no free port), `refused`, and the provider's.
 */
export function throughBrowser<T>(attempt: Attempt<T>): Promise<T> {
  return attempt.options.flow === 'paste' ? byPaste(attempt) : byRedirect(attempt)
}

async function byPaste<T>(attempt: Attempt<T>): Promise<T> {
  const { dialog } = attempt
  const { request, redirectUri } = await requestWithoutListener(attempt)
  dialog.showUrl(request.url, false, request.isPushed)
  const callback = await askForRedirect(
    redirectUri,
    request.state,
    () => dialog.askForRedirect(),
    dialog.tell,
  )
  return spendCode(attempt, callback, request)
}

/** A request whose answer no listener waits for: a person copies the address on which the browser ends. */
export async function requestWithoutListener({ client, options, provider }: Attempt<unknown>) {
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const port = redirectPorts === 'any' ? 8765 : redirectPorts[0]
  const redirectUri = `http://${redirectHost}:${port}${redirectPath}`
  return {
    request: await provider.authorize(authorizationParameters(client, options, redirectUri)),
    redirectUri,
  }
}

async function byRedirect<T>(attempt: Attempt<T>): Promise<T> {
  const { client, options, provider, ports, idTokenHint } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const where = { host: redirectHost, ports: redirectPorts, path: redirectPath }
  const otherWay = `choose another registered port with --port, or: ${wayWithoutBrowser(attempt)}`
  const loopback = await listen(where, { platform: ports.env.platform, otherWay })
  let page: Parameters<Loopback['finish']> = ['failed']
  try {
    const elsewhere =
      options.flow === 'browser' ? await findDisplay(ports.env, await ports.files()) : undefined
    const opening = options.flow === 'browser' && !elsewhere
    const request = await provider.authorize({
      ...authorizationParameters(client, options, loopback.redirectUri),
      // Elsewhere the address is shown, and a token never is.
      ...(opening && idTokenHint !== undefined && { id_token_hint: idTokenHint }),
    })
    const callback = await waitForCallback(attempt, loopback, request, elsewhere)
    if (callback === 'device') return await throughDevice(attempt)
    const result = await spendCode(attempt, callback, request)
    page = ['done', attempt.personOf(result)]
    return result
  } finally {
    await loopback.finish(...page)
  }
}

/** Ctrl-C ends the wait for the code at once; during the exchange it waits until the tokens are stored or revoked. */
export const spendCode = <T>(
  { provider, ports, accept }: Attempt<T>,
  callback: URL,
  request: AuthorizationRequest,
): Promise<T> => ports.signals.shield(async () => accept(await provider.exchangeCode(callback, request)))

/** Shows or opens the URL, then waits for the redirect, and for a pasted line too when the browser is elsewhere. */
async function waitForCallback(
  attempt: Attempt<unknown>,
  loopback: Loopback,
  { url, state, isPushed }: AuthorizationRequest,
  elsewhere: Elsewhere | undefined,
): Promise<URL | 'device'> {
  const { options, ports, dialog } = attempt
  const opening = options.flow === 'browser' && !elsewhere
  const port = Number(new URL(loopback.redirectUri).port)
  const patience = limitWait(attempt, port)
  const start =
    opening || elsewhere ? startPages(loopback.redirectUri, safeAddress(url.href), opening) : undefined
  const here = start && { start, isForeign: opening ? await foreignTo(ports) : async () => false }
  const answer = loopback.wait(state, patience.signal, here)
  answer.catch(() => {})
  if (elsewhere) dialog.showElsewhere(elsewhere, port)
  dialog.showUrl(opening && start ? start.printed : url, opening, isPushed)
  if (elsewhere && start) dialog.showShort(start.printed, elsewhere, port)
  if (elsewhere && dialog.canAsk) dialog.offerOtherWays(elsewhere, port, offersDevice(attempt))
  if (opening && start) await (await ports.browser()).open(start.opened)
  try {
    const asking = elsewhere && dialog.canAsk
    return await (asking ? firstAnswer(answer, loopback.redirectUri, state, dialog) : answer)
  } finally {
    patience.end()
  }
}

/** Root can do whatever this user can, and may forward for others. */
async function foreignTo({ env, files }: Ports): Promise<BrowserHere['isForeign']> {
  const opened = await files()
  return async (connection) => {
    const owner = await socketOwner(connection, opened, Boolean(env.variables.WSL_DISTRO_NAME))
    return owner !== undefined && owner !== 0 && owner !== env.uid
  }
}

/** Race of the listener and the paste prompt: the first to finish wins. The line `d` chooses the device flow. */
async function firstAnswer(
  answer: Promise<URL>,
  redirectUri: string,
  state: string,
  dialog: LoginDialog,
): Promise<URL | 'device'> {
  const typing = new AbortController()
  const pasted = async (): Promise<URL | 'device'> => {
    for (;;) {
      const line = await dialog.askForRedirect(typing.signal)
      if (line === undefined) return answer
      if (line.trim().toLowerCase() === 'd') return 'device'
      const read = readPasted(line, redirectUri, state)
      if (typeof read !== 'string') return read
      dialog.tell(read)
    }
  }
  try {
    return await Promise.race([answer, pasted()])
  } finally {
    typing.abort(new Failure('declined', 'no longer needed'))
  }
}

/** OpenID Connect Core §11: offline_access is honoured only with a consent prompt, unless the provider is laxer. */
const offlineNeedsConsent = ({ preset }: Client): boolean =>
  preset.consentForOffline && preset.scopes.includes('offline_access')

/** The requested prompt, with the consent that the provider gives a refresh token for; `none` stands alone. */
function promptOf(client: Client, prompt: string): string {
  const values = prompt.split(' ')
  const isWanted = offlineNeedsConsent(client) || client.preset.authorizationParameters.prompt === 'consent'
  return !isWanted || values.includes('none') || values.includes('consent') ? prompt : `${prompt} consent`
}

function authorizationParameters(
  client: Client,
  options: LoginOptions,
  redirectUri: string,
): Record<string, string> {
  return {
    redirect_uri: redirectUri,
    ...scopeParameters(client),
    ...client.preset.authorizationParameters,
    ...(offlineNeedsConsent(client) ? { prompt: 'consent' } : {}),
    ...(options.loginHint === undefined ? {} : { login_hint: options.loginHint }),
    ...(options.prompt === undefined ? {} : { prompt: promptOf(client, options.prompt) }),
    ...requirementParameters(options.required ?? {}),
  }
}

/**
 * Parses the redirect URL as a person copies it from the address bar of a browser on another machine.
 * A string result says what is wrong with it, so that the person can try again.
 */
export function readPasted(line: string, redirectUri: string, state: string): URL | string {
  const text = line.trim()
  const expected = new URL(redirectUri)
  if (!URL.canParse(text)) return 'That is not a URL. Copy the whole address, from http:// to its end.'
  const url = new URL(text)
  if (url.origin !== expected.origin || url.pathname !== expected.pathname) {
    return `That address does not begin with ${redirectUri}. After the sign-in, copy the address of the page that fails to load.`
  }
  if (url.searchParams.getAll('state').join() !== state) {
    return 'That address belongs to another sign-in. Copy the address of this one.'
  }
  return url
}

const TRIES = 3

/** Prompts until the right URL is pasted, at most three times. Failure `declined` after that. */
export async function askForRedirect(
  redirectUri: string,
  state: string,
  ask: () => Promise<string | undefined>,
  tell: (line: string) => void,
): Promise<URL> {
  for (let left = TRIES; left > 0; left--) {
    const line = await ask()
    if (line === undefined) throw new Failure('declined', 'no address was pasted')
    const read = readPasted(line, redirectUri, state)
    if (typeof read !== 'string') return read
    tell(read)
  }
  throw new Failure('declined', 'the address of this sign-in was not pasted')
}

const NOTE_MILLISECONDS = 20_000
const LONGEST_MILLISECONDS = 5 * 60_000

/** The limits of the wait for the browser. */
interface Patience {
  /** Aborted with the Failure `timed-out` after 5 minutes. */
  readonly signal: AbortSignal
  /** The wait is over. */
  end(): void
}

/**
 * Limits the wait for the redirect to `port`. A provider shows a wrong redirect URI or client on its own page only, so after a
 * while the dialog lists what it must know.
 */
function limitWait(attempt: Attempt<unknown>, port: number): Patience {
  const { dialog } = attempt
  const controller = new AbortController()
  const registered = registration(attempt, port)
  const note = setTimeout(() => {
    const lead =
      'Still waiting. If the page reports an unknown client or redirect URI, register these with your identity provider:'
    const lines = registered.map((line) => `  ${line}`)
    dialog.tell(
      [
        lead,
        ...lines,
        'Registered with another client or port? Use: ls-auth login --client-id ID --port N',
      ].join('\n'),
    )
  }, NOTE_MILLISECONDS)
  const limit = setTimeout(() => {
    const hint = `If the page complained about the client or redirect URI, register these. Registered with another client or port? Use: ls-auth login --client-id ID --port N. Without a browser: ${wayWithoutBrowser(attempt)}`
    const message = 'no answer from the browser within 5 minutes'
    controller.abort(new Failure('timed-out', message, { hint, detail: registered }))
  }, LONGEST_MILLISECONDS)
  // Neither keeps the process alive by itself.
  note.unref()
  limit.unref()
  return {
    signal: controller.signal,
    end() {
      clearTimeout(note)
      clearTimeout(limit)
    },
  }
}

function registration({ client: { clientId, preset } }: Attempt<unknown>, port: number): string[] {
  const thisTime = preset.redirectPorts === 'any' ? ` (port ${port} this time)` : ''
  const uris = urisToRegister(preset)
  return [
    `client id     ${safeText(clientId, 200)}`,
    ...uris.map((uri) => `redirect URI  ${safeText(uri, 200)}${thisTime}`),
    // From the right kind of client this provider takes any redirect URI.
    ...(uris.length > 0 ? [] : registrationSteps(preset).slice(0, 1)),
  ]
}

/** Whether a code can be confirmed on another device. */
const offersDevice = ({ client, provider }: Pick<Attempt<unknown>, 'client' | 'provider'>): boolean =>
  client.preset.device !== 'no' && typeof provider.metadata.device_authorization_endpoint === 'string'

/** The command that signs in without a browser on this machine, for hints. */
const wayWithoutBrowser = (attempt: Attempt<unknown>): string =>
  `ls-auth login ${offersDevice(attempt) ? '--device' : '--paste'}`
