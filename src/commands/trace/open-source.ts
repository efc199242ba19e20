import type { Send } from '../../api/request.ts'
import type { Verb } from '../../backends/backend.ts'
import { backendOf, requirePlace } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { type Able, able } from '../../trace/sources/capabilities.ts'
import { openBackend } from '../../trace/sources/open-source.ts'
import type { TraceSource } from '../../trace/sources/trace-source.ts'
import { authorisedRequest } from '../authorised-request.ts'
import { givenToken, type Invocation, loadProfile, tell } from '../invocation.ts'

/**
 * The back end of the profile, reached with the user's identity (with none under `authorization = "none"`), or the
 * traces of a file. Failure `cannot-do`, before anything is sent, when it cannot do what is asked.
 */
export async function openSource<V extends Verb>(
  invocation: Invocation,
  verb: V,
  file?: string,
): Promise<Able<V>> {
  if (file === undefined) return able(await openProfile(invocation), verb)
  return able(await (await import('./trace-file.ts')).openFile(invocation, file), verb)
}

async function openProfile(invocation: Invocation): Promise<TraceSource> {
  const { profile } = await loadProfile(invocation)
  if (givenToken(invocation) !== undefined && profile.resolved.api.source === 'default') {
    throw new Failure('settings', 'LS_AUTH_TOKEN is set, and nothing says which API it is for', {
      hint: 'Name the API: --api URL, LS_AUTH_API, or api in the profile.',
    })
  }
  const send = patient(await authorisedRequest(invocation, profile), profile.api.host, invocation)
  return openBackend(profile.backend, {
    base: profile.api,
    place: requirePlace(backendOf(profile.backend), profile),
    send,
    desk: async () => (await import('./snapshot-consent.ts')).snapshotDesk(invocation),
  })
}

/** From here on somebody who watches wants to know what is waited for. */
const SILENT_MILLIS = 1000

/** The same requests; at a terminal the first that takes long says so. */
function patient(send: Send, host: string, invocation: Invocation): Send {
  const { terminal, clock } = invocation.ports
  if (!terminal.errIsTTY) return send
  let said = false
  return async (request) => {
    const answered = new AbortController()
    const tellOnce = () => {
      if (!said) tell(invocation, `waiting for ${safeText(host)} …`)
      said = true
    }
    clock.sleep(SILENT_MILLIS, answered.signal).then(tellOnce, () => {})
    try {
      return await send(request)
    } finally {
      answered.abort()
    }
  }
}
