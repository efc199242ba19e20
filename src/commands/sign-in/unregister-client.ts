import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { unregisterClient } from '../../session/protocol/registration.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Invocation, tell, warn } from '../invocation.ts'

/**
 * Takes the registration of a client back (RFC 7592 §2.3), where ls-auth has made it and no other profile uses it. What
 * fails is said, and never thrown.
 */
export async function unregisterUnused(
  invocation: Invocation,
  settings: Settings,
  client: Client,
): Promise<void> {
  const { ports } = invocation
  if (isUsed(client, settings, ports.env)) return
  const result = await unregisterClient(client, ports)
  const where = safeText(new URL(client.issuer).host, 200)
  if (result === 'yes')
    return tell(invocation, `Unregistered the client ${safeText(client.clientId, 200)} at ${where}.`)
  if (result === 'none') return
  await warn(invocation, {
    message: `the client ${safeText(client.clientId, 200)} stays registered at ${where}: ${result.message}`,
    hint: 'An administrator can remove it there. This machine has deleted it.',
  })
}

/** The same for the client that a profile had before it got these settings, where they name another one. */
export async function unregisterFormer(
  invocation: Invocation,
  before: Settings,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { client } = profileNamed(before, name, invocation.ports.env)
  if (!isComplete(client)) return
  const isSame = (key: 'issuer' | 'client_id', former: string) => !(key in values) || values[key] === former
  if (isSame('issuer', client.issuer) && isSame('client_id', client.clientId)) return
  await unregisterUnused(invocation, before, client)
}

/** Whether another profile is for the same client, under whatever account. */
function isUsed({ profile, issuer, clientId }: Client, settings: Settings, env: Env): boolean {
  return profileNames(settings).some((name) => {
    if (name === profile) return false
    try {
      const other = profileNamed(settings, name, env).client
      return other.issuer === issuer && other.clientId === clientId
    } catch (error) {
      // A profile with wrong settings uses no client.
      if (error instanceof Failure) return false
      throw error
    }
  })
}
