import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { redirectUris } from '../../providers/presets.ts'
import type { Client } from '../client.ts'
import { grantParameters } from '../protocol/grant-parameters.ts'
import type { Provider, Tokens } from '../protocol/provider.ts'
import { signInByDevice } from './device.ts'
import { findDisplay } from './display.ts'
import type { Conversation, Manner } from './login-dialog.ts'
import { listen } from './loopback.ts'
import { askForRedirect, readPasted } from './paste.ts'
import { safeAddress } from './safe-address.ts'

const LONGEST_WAIT_MILLISECONDS = 5 * 60_000

/**
 * The authorization code by a browser, wherever it is: redirect to the loopback listener, pasted address, or both at
 * once when the person sits elsewhere. `accept` judges and keeps the tokens while the browser waits for its last page.
 */
export async function throughBrowser<T>(
  client: Client,
  manner: Manner,
  provider: Provider,
  ports: Ports,
  talk: Conversation,
  accept: (tokens: Tokens) => Promise<T>,
): Promise<T> {
  const place = { host: client.redirectHost, ports: client.redirectPorts, path: client.redirectPath }
  if (manner.flow === 'paste') {
    const port = place.ports === 'any' ? 8765 : place.ports[0]
    const redirectUri = `http://${place.host}:${port}${place.path}`
    const request = await provider.authorize(authorizationParameters(client, manner, redirectUri))
    talk.showUrl(request.url, false)
    const callback = await askForRedirect(redirectUri, request.state, () => talk.askForRedirect(), talk.tell)
    return ports.signals.shield(async () => accept(await provider.exchangeCode(callback, request)))
  }
  const loopback = await listen(place)
  const elsewhere = manner.flow === 'browser' ? await findDisplay(ports.env, await ports.files()) : undefined
  let page: 'done' | 'failed' = 'failed'
  try {
    const request = await provider.authorize(authorizationParameters(client, manner, loopback.redirectUri))
    const over = giveUpAfter(LONGEST_WAIT_MILLISECONDS, client)
    const answer = loopback.wait(request.state, over.signal)
    answer.catch(() => {})
    if (elsewhere)
      talk.showElsewhere(
        elsewhere,
        Number(new URL(loopback.redirectUri).port),
        offersDevice(client, provider),
      )
    talk.showUrl(request.url, manner.flow === 'browser' && !elsewhere)
    if (manner.flow === 'browser' && !elsewhere)
      await (await ports.browser()).open(safeAddress(request.url.href))
    const callback =
      elsewhere && talk.canAsk
        ? await firstAnswer(answer, loopback.redirectUri, request.state, talk, over)
        : await answer
    if (callback === 'device') {
      return await accept(
        await signInByDevice(provider, scopeParameters(client), ports.clock, (prompt) =>
          talk.showDevice(prompt),
        ),
      )
    }
    // Ctrl-C while waiting ends at once; once the code is spent, what came for it is kept or revoked first.
    const signedIn = await ports.signals.shield(async () =>
      accept(await provider.exchangeCode(callback, request)),
    )
    page = 'done'
    return signedIn
  } finally {
    await loopback.finish(page)
  }
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
    detail: redirectUris(client),
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
    ...(client.preset.consentForOffline && client.scopes.includes('offline_access')
      ? { prompt: 'consent' }
      : {}),
    ...(manner.loginHint === undefined ? {} : { login_hint: manner.loginHint }),
    ...(manner.prompt === undefined ? {} : { prompt: manner.prompt }),
  }
}

/** Scopes and audience as this provider wants to be asked for them. */
export const scopeParameters = (client: Client) => grantParameters(client, client.scopes, client.audience)
