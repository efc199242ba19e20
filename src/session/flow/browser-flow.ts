import { requirementParameters } from '../../claims/sign-in-requirements.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import type { AuthorizationRequest } from '../protocol/code-grant.ts'
import { scopeParameters } from '../protocol/grant-parameters.ts'
import type { Attempt } from './attempt.ts'
import type { BrowserHere } from './callback.ts'
import { throughDevice } from './device.ts'
import { type Elsewhere, findDisplay } from './display.ts'
import type { LoginDialog, LoginOptions } from './login-dialog.ts'
import { type Loopback, listen } from './loopback.ts'
import { offersDevice, wayWithoutBrowser } from './other-way.ts'
import { askForRedirect, readPasted } from './paste.ts'
import { limitWait } from './patience.ts'
import { safeAddress } from './safe-address.ts'
import { socketOwner } from './socket-owner.ts'
import { startPages } from './start-page.ts'

/**
 * The authorization code flow (RFC 8252) with a browser on this machine or another one: redirect to the loopback
 * listener, pasted redirect URL, or both at once when there is no display here (then the device flow is offered too).
 * Failures: `timed-out` after 5 minutes, `declined`, `settings` (no free port), `refused`, and the provider's.
 */
export function throughBrowser<T>(attempt: Attempt<T>): Promise<T> {
  return attempt.options.flow === 'paste' ? byPaste(attempt) : byRedirect(attempt)
}

async function byPaste<T>(attempt: Attempt<T>): Promise<T> {
  const { client, options, provider, dialog } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const port = redirectPorts === 'any' ? 8765 : redirectPorts[0]
  const redirectUri = `http://${redirectHost}:${port}${redirectPath}`
  const request = await provider.authorize(authorizationParameters(client, options, redirectUri))
  dialog.showUrl(request.url, false, request.isPushed)
  const callback = await askForRedirect(
    redirectUri,
    request.state,
    () => dialog.askForRedirect(),
    dialog.tell,
  )
  return spendCode(attempt, callback, request)
}

async function byRedirect<T>(attempt: Attempt<T>): Promise<T> {
  const { client, options, provider, ports, idTokenHint } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const where = { host: redirectHost, ports: redirectPorts, path: redirectPath }
  const otherWay = `name another one that is registered by --port, or: ${wayWithoutBrowser(attempt)}`
  const loopback = await listen(where, { platform: ports.env.platform, otherWay })
  let page: 'done' | 'failed' = 'failed'
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
    page = 'done'
    return result
  } finally {
    await loopback.finish(page)
  }
}

/** Ctrl-C ends the wait for the code at once; during the exchange it waits until the tokens are stored or revoked. */
const spendCode = <T>(
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
  const start = opening ? startPages(loopback.redirectUri, safeAddress(url.href)) : undefined
  const here = start && { start, isForeign: await foreignTo(ports) }
  const answer = loopback.wait(state, patience.signal, here)
  answer.catch(() => {})
  if (elsewhere) dialog.showElsewhere(elsewhere, port)
  dialog.showUrl(start?.printed ?? url, opening, isPushed)
  if (elsewhere && dialog.canAsk) dialog.offerOtherWays(elsewhere, port, offersDevice(attempt))
  if (start) await (await ports.browser()).open(start.opened)
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

/** What was asked for, with the consent that the provider gives a refresh token for; `none` stands alone. */
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
