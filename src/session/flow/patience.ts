import { Failure } from '../../errors.ts'
import { urisToRegister } from '../../providers/presets.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Attempt } from './attempt.ts'
import { wayWithoutBrowser } from './other-way.ts'

const NOTE_MILLISECONDS = 20_000
const LONGEST_MILLISECONDS = 5 * 60_000

/** The limits of the wait for the browser. */
export interface Patience {
  /** Aborted with the Failure `timed-out` after 5 minutes. */
  readonly signal: AbortSignal
  /** The wait is over. */
  end(): void
}

/**
 * Limits the wait for the redirect to `port`. A provider shows a wrong redirect URI or client on a page of its own and
 * sends nothing here, so after a while the dialog tells what it must know.
 */
export function limitWait(attempt: Attempt<unknown>, port: number): Patience {
  const { dialog } = attempt
  const controller = new AbortController()
  const registered = registration(attempt, port)
  const note = setTimeout(() => {
    const lead =
      'Nothing has come back yet. If the page complains of the client or the redirect URI, register this at the provider:'
    const lines = registered.map((line) => `  ${line}`)
    dialog.tell(
      [
        lead,
        ...lines,
        'Is another client or port registered there? Name it: ls-auth login --client-id ID --port N',
      ].join('\n'),
    )
  }, NOTE_MILLISECONDS)
  const limit = setTimeout(() => {
    const hint = `If the page spoke of the client or the redirect URI, register what is below. Where another one is registered, name it: ls-auth login --client-id ID --port N. Without a browser: ${wayWithoutBrowser(attempt)}`
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
    // Of the right kind of client such a provider takes any redirect URI.
    ...(uris.length > 0 ? [] : preset.registration.slice(0, 1)),
  ]
}
