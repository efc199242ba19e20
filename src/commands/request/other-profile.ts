import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation, tell } from '../invocation.ts'

/**
 * Behind `ls-auth exec --proxy`: says, once in a run, that a profile which was named is not the one that the requests are sent
 * with. Nothing where it is unknown which one that is, and nothing to the agent of `ls-auth mcp`, who has not named it.
 */
export function noteOtherProfile(invocation: Invocation): void {
  const { LS_AUTH_PROFILE, LS_AUTH_PROXY_PROFILE: started } = invocation.ports.env.variables
  const named = globals(invocation).profile ?? (LS_AUTH_PROFILE || undefined)
  if (invocation.caller !== undefined || named === undefined || started === undefined || named === started)
    return
  const other = started === '' ? 'without one' : `with profile ${safeText(started, 60)}`
  const note = `note: profile ${safeText(named, 60)} is not used here: requests go through the local proxy, which was started ${other}`
  if (invocation.told.has(note)) return
  invocation.told.add(note)
  tell(invocation, note)
}
