import type { Way } from '../../api/caller.ts'
import type { PartialClient } from '../../client.ts'
import type { Invocation } from '../invocation.ts'
import type { RecordedClient } from './recorder.ts'

/** How the record names a request. */
interface RecordedAs {
  readonly client: RecordedClient
  /** Undefined: that of the command. */
  readonly way: Way | undefined
}

/**
 * Behind a local proxy, requests go out with the token of the profile that it was started with: the settings of this process
 * say nothing about whose that is. `ls-auth exec --proxy` hands that name down, `ls-auth proxy` has nobody to hand it to.
 */
export function behindProxy({ command, ports }: Invocation, client: PartialClient): RecordedAs {
  const started = ports.env.variables.LS_AUTH_PROXY_PROFILE
  // Empty: none that is saved, which has this name.
  const profile = started === undefined ? null : started || 'default'
  const isOfExec = started !== undefined && command !== 'mcp'
  return { client: { ...client, profile, issuer: undefined }, way: isOfExec ? 'exec' : undefined }
}
