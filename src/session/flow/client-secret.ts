import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { readPrivateText } from '../store/private-file.ts'
import type { SessionBody } from '../store/session-file.ts'

/**
 * A confidential client's secret for a sign-in: from the file named by LS_AUTH_CLIENT_SECRET_FILE, else the one stored
 * by the last sign-in, else from a prompt without echo. Undefined for public clients and public-by-design secrets.
 * Failure `settings`: the file cannot be used, or nobody can be prompted.
 */
export async function clientSecret(
  client: Client,
  stored: SessionBody['clientSecret'],
  ports: Ports,
): Promise<SessionBody['clientSecret']> {
  if (client.preset.clientAuth === 'none' || client.publicSecret !== undefined) return undefined
  const since = ports.clock.now()
  if (client.clientSecretFile !== undefined) {
    const value = await readPrivateText(client.clientSecretFile, 'client secret file', ports)
    return value === stored?.value ? stored : { value, since }
  }
  if (stored) return stored
  const typed = (
    await ports.terminal.readSecret("Client secret (from the provider's app settings): ")
  )?.trim()
  if (typed) return { value: typed, since }
  throw new Failure('settings', 'this client has a secret, and nobody is there to type it', {
    hint: client.preset.publicSecret
      ? 'That of a Desktop client is public by design: write it into the profile in config.toml, client_secret = "…". Any other: put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.'
      : 'Put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.',
  })
}
