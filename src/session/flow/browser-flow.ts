import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { redirectUris } from '../../providers/presets.ts'
import { scopeParameters } from '../protocol/grant-parameters.ts'
import type { AuthorizationRequest, Provider } from '../protocol/provider.ts'
import type { Attempt } from './attempt.ts'
import { throughDevice } from './device.ts'
import { findDisplay } from './display.ts'
import type { LoginDialog, LoginOptions } from './login-dialog.ts'
import { type Loopback, listen } from './loopback.ts'
import { askForRedirect, readPasted } from './paste.ts'
import { safeAddress } from './safe-address.ts'
import { startPages } from './start-page.ts'

const LONGEST_WAIT_MILLISECONDS = 5 * 60_000

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
  dialog.showUrl(request.url, false)
  const callback = await askForRedirect(
    redirectUri,
    request.state,
    () => dialog.askForRedirect(),
    dialog.tell,
  )
  return spendCode(attempt, callback, request)
}

async function byRedirect<T>(attempt: Attempt<T>): Promise<T> {
  const { client, options, provider } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const loopback = await listen({ host: redirectHost, ports: redirectPorts, path: redirectPath })
  let page: 'done' | 'failed' = 'failed'
  try {
    const request = await provider.authorize(authorizationParameters(client, options, loopback.redirectUri))
    const callback = await waitForCallback(attempt, loopback, request)
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
  { client, options, provider, ports, dialog }: Attempt<unknown>,
  loopback: Loopback,
  { url, state }: AuthorizationRequest,
): Promise<URL | 'device'> {
  const elsewhere = options.flow === 'browser' ? await findDisplay(ports.env, await ports.files()) : undefined
  const opening = options.flow === 'browser' && !elsewhere
  const over = giveUpAfter(LONGEST_WAIT_MILLISECONDS, client)
  const start = opening ? startPages(loopback.redirectUri, safeAddress(url.href)) : undefined
  const answer = loopback.wait(state, over.signal, start)
  answer.catch(() => {})
  if (elsewhere) {
    const port = Number(new URL(loopback.redirectUri).port)
    dialog.showElsewhere(elsewhere, port, offersDevice(client, provider))
  }
  dialog.showUrl(start?.printed ?? url, opening)
  if (start) await (await ports.browser()).open(start.opened)
  return elsewhere && dialog.canAsk ? firstAnswer(answer, loopback.redirectUri, state, dialog, over) : answer
}

const offersDevice = (client: Client, provider: Provider): boolean =>
  client.preset.device !== 'no' && typeof provider.metadata.device_authorization_endpoint === 'string'

/** Race of the listener and the paste prompt: the first to finish wins. The line `d` chooses the device flow. */
async function firstAnswer(
  answer: Promise<URL>,
  redirectUri: string,
  state: string,
  dialog: LoginDialog,
  over: AbortController,
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
    over.abort(new Failure('declined', 'no longer needed'))
  }
}

/** The timeout. Needed because the provider shows an unregistered redirect URI as a page and sends nothing to us. */
function giveUpAfter(milliseconds: number, client: Client): AbortController {
  const controller = new AbortController()
  const reason = new Failure('timed-out', 'no answer from the browser within 5 minutes', {
    hint: 'If the page spoke of the redirect URI, register what is below. Without a browser try --device or --paste.',
    detail: redirectUris(client.preset),
  })
  setTimeout(() => controller.abort(reason), milliseconds).unref()
  return controller
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
    // OpenID Connect Core §11: offline_access is honoured only with a consent prompt, unless the provider is laxer.
    ...(client.preset.consentForOffline && client.preset.scopes.includes('offline_access')
      ? { prompt: 'consent' }
      : {}),
    ...(options.loginHint === undefined ? {} : { login_hint: options.loginHint }),
    ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
  }
}
