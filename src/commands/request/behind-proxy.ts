import type { Way } from '../../api/request-headers.ts'
import type { PartialClient } from '../../client.ts'
import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation, tell } from '../invocation.ts'
import type { RecordedClient } from './recorder.ts'

/** How the record names a request. */
interface RecordedAs {
  readonly client: RecordedClient
  /** Undefined: that of the command. */
  readonly way: Way | undefined
}

/**
 * Behind a local proxy, requests go out with the token of the profile that it was started with, whatever the settings of this
 * process. `ls-auth exec --proxy` hands that name down; `ls-auth proxy` has no child to hand it to.
 */
export function behindProxy({ command, ports }: Invocation, client: PartialClient): RecordedAs {
  const started = ports.env.variables.LS_AUTH_PROXY_PROFILE
  // Empty: none that is saved, which has this name.
  const profile = started === undefined ? null : started || 'default'
  const isOfExec = started !== undefined && command !== 'mcp'
  return { client: { ...client, profile, issuer: undefined }, way: isOfExec ? 'exec' : undefined }
}

/**
 * Behind `ls-auth exec --proxy`: notes, once in a run, that the requests are sent with another profile than the named one. No
 * note where that is unknown, and none to the agent of `ls-auth mcp`, who has not named it.
 */
export function noteOtherProfile(invocation: Invocation): void {
  const { LS_AUTH_PROFILE, LS_AUTH_PROXY_PROFILE: started } = invocation.ports.env.variables
  const named = globals(invocation).profile ?? (LS_AUTH_PROFILE || undefined)
  if (invocation.caller !== undefined || named === undefined || started === undefined || named === started)
    return
  const other = started === '' ? 'without one' : `with profile ${safeText(started, 60)}`
  const note = `note: profile ${safeText(named, 60)} is not used here: requests go through the local proxy, started ${other}`
  if (invocation.noted.has(note)) return
  invocation.noted.add(note)
  tell(invocation, note)
}
