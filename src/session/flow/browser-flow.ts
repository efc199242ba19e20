import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { redirectUris } from '../../providers/presets.ts'
import { scopeParameters } from '../protocol/grant-parameters.ts'
import type { AuthorizationRequest, Provider } from '../protocol/provider.ts'
import type { Attempt } from './attempt.ts'
import { throughDevice } from './device.ts'
import { findDisplay } from './display.ts'
import type { Conversation, Manner } from './login-dialog.ts'
import { type Loopback, listen } from './loopback.ts'
import { askForRedirect, readPasted } from './paste.ts'
import { safeAddress } from './safe-address.ts'

const LONGEST_WAIT_MILLISECONDS = 5 * 60_000

/**
 * The authorization code by a browser, wherever it is: redirect to the loopback listener, pasted address, or both at
 * once when the person sits elsewhere (who may choose the device flow instead).
 */
export function throughBrowser<T>(attempt: Attempt<T>): Promise<T> {
  return attempt.manner.flow === 'paste' ? byPaste(attempt) : byRedirect(attempt)
}

async function byPaste<T>(attempt: Attempt<T>): Promise<T> {
  const { client, manner, provider, talk } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const port = redirectPorts === 'any' ? 8765 : redirectPorts[0]
  const redirectUri = `http://${redirectHost}:${port}${redirectPath}`
  const request = await provider.authorize(authorizationParameters(client, manner, redirectUri))
  talk.showUrl(request.url, false)
  const callback = await askForRedirect(redirectUri, request.state, () => talk.askForRedirect(), talk.tell)
  return spendCode(attempt, callback, request)
}

async function byRedirect<T>(attempt: Attempt<T>): Promise<T> {
  const { client, manner, provider } = attempt
  const { redirectHost, redirectPorts, redirectPath } = client.preset
  const loopback = await listen({ host: redirectHost, ports: redirectPorts, path: redirectPath })
  let page: 'done' | 'failed' = 'failed'
  try {
    const request = await provider.authorize(authorizationParameters(client, manner, loopback.redirectUri))
    const callback = await waitForCallback(attempt, loopback, request)
    if (callback === 'device') return await throughDevice(attempt)
    const result = await spendCode(attempt, callback, request)
    page = 'done'
    return result
  } finally {
    await loopback.finish(page)
  }
}

/** Ctrl-C while waiting ends at once; once the code is spent, what came for it is kept or revoked first. */
const spendCode = <T>(
  { provider, ports, accept }: Attempt<T>,
  callback: URL,
  request: AuthorizationRequest,
): Promise<T> => ports.signals.shield(async () => accept(await provider.exchangeCode(callback, request)))

/** Shows or opens the address, then waits for the listener, and for a pasted line too when the browser is elsewhere. */
async function waitForCallback(
  { client, manner, provider, ports, talk }: Attempt<unknown>,
  loopback: Loopback,
  { url, state }: AuthorizationRequest,
): Promise<URL | 'device'> {
  const elsewhere = manner.flow === 'browser' ? await findDisplay(ports.env, await ports.files()) : undefined
  const opening = manner.flow === 'browser' && !elsewhere
  const over = giveUpAfter(LONGEST_WAIT_MILLISECONDS, client)
  const answer = loopback.wait(state, over.signal)
  answer.catch(() => {})
  if (elsewhere) {
    const port = Number(new URL(loopback.redirectUri).port)
    talk.showElsewhere(elsewhere, port, offersDevice(client, provider))
  }
  talk.showUrl(url, opening)
  if (opening) await (await ports.browser()).open(safeAddress(url.href))
  return elsewhere && talk.canAsk ? firstAnswer(answer, loopback.redirectUri, state, talk, over) : answer
}

const offersDevice = (client: Client, provider: Provider): boolean =>
  client.preset.device !== 'no' && typeof provider.metadata.device_authorization_endpoint === 'string'

/** Listener and paste at once: the first to finish wins. The line `d` asks for the device flow instead. */
async function firstAnswer(
  answer: Promise<URL>,
  redirectUri: string,
  state: string,
  talk: Conversation,
  over: AbortController,
): Promise<URL | 'device'> {
  const typing = new AbortController()
  const pasted = async (): Promise<URL | 'device'> => {
    for (;;) {
      const line = await talk.askForRedirect(typing.signal)
      if (line === undefined) return answer
      if (line.trim().toLowerCase() === 'd') return 'device'
      const read = readPasted(line, redirectUri, state)
      if (typeof read !== 'string') return read
      talk.tell(read)
    }
  }
  try {
    return await Promise.race([answer, pasted()])
  } finally {
    typing.abort(new Failure('declined', 'no longer needed'))
    over.abort(new Failure('declined', 'no longer needed'))
  }
}

/** A redirect URI that is not registered ends on a page of the provider's: nobody tells this side. */
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
  manner: Manner,
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
    ...(manner.loginHint === undefined ? {} : { login_hint: manner.loginHint }),
    ...(manner.prompt === undefined ? {} : { prompt: manner.prompt }),
  }
}
