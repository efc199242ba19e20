import { listed } from '../../backends/table.ts'
import type { PartialClient } from '../../client.ts'
import { portWith } from '../../port-with.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { isComplete } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import { changeSettings } from '../change-settings.ts'
import { type Invocation, tell } from '../invocation.ts'
import { isItsOwn, signInOf } from '../sign-out/left-sign-in.ts'
import { neededSettings } from '../sign-out/needed-settings.ts'
import { clientOf, isOpenedBy, sharersOf } from '../sign-out/sign-in-sharers.ts'

/**
 * Before a profile is removed: each of those that share its sign-in gets its key file, where its own does not open it. A copy of a profile
 * has none, since an export leaves it out, and without it nobody could use the sign-in or end it at the provider. Failures:
 * those of {@link changeSettings}.
 */
export async function handOverKey(invocation: Invocation, settings: Settings, name: string): Promise<void> {
  const ports = withoutKeyVariable(invocation.ports)
  const client = clientOf(neededSettings(settings), name, ports.env)
  const storeKeyFile = client?.storeKeyFile
  if (!client || !isComplete(client) || storeKeyFile === undefined) return
  const others = await keptFor(client, settings, ports)
  if (others.length === 0) return
  if (!(await isOpenedBy(client, ports))) return
  for (const other of others) {
    // Only the profile's own key file counts: commands with that profile try no other.
    const own = clientOf(settings, other, ports.env)?.storeKeyFile
    if (own !== undefined && (await isOpenedBy({ ...client, storeKeyFile: own }, ports))) continue
    await changeSettings(invocation, settings, ({ config, system }) => {
      const store = config.profiles[other]?.store ?? system.profiles[other]?.store ?? 'file'
      return { set: other, values: { store, store_key_file: storeKeyFile } }
    })
    const [to, from] = [safeText(other, 60), safeText(name, 60)]
    const was = own === undefined ? '' : ` (was ${safeText(own, 400)})`
    const why = `it opens the sign-in that ${to} shares with ${from}`
    tell(invocation, `profile ${to}: store_key_file = ${safeText(storeKeyFile, 400)}${was}, since ${why}`)
  }
}

/** Says for whom a sign-in is kept whose profile was removed; nothing where it was ended, or there was none. */
export async function tellKept(
  invocation: Invocation,
  client: PartialClient,
  settings: Settings,
): Promise<void> {
  const others = await keptFor(client, settings, invocation.ports)
  if (others.length === 0) return
  const names = others.map((other) => safeText(other, 60))
  tell(
    invocation,
    `The sign-in is kept, for the profile${others.length > 1 ? 's' : ''} ${listed(names, 'and')}.`,
  )
}

/** The other profiles that use a sign-in of this one. */
async function keptFor(client: PartialClient, settings: Settings, ports: Ports): Promise<string[]> {
  const header = isComplete(client) ? await signInOf(client, ports) : undefined
  if (!isComplete(client) || header === undefined || (client.workload && !isItsOwn(client, header))) return []
  return sharersOf(client, settings, ports.env)
}

/** A variable counts for each profile as long as it is set; what is asked is what stays. */
function withoutKeyVariable(ports: Ports): Ports {
  const { LS_AUTH_STORE_KEY_FILE: _, ...variables } = ports.env.variables
  return { ...ports, env: portWith(ports.env, { variables }) }
}
