import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { whyNotPrivate } from '../store/private-file.ts'
import type { SessionBody } from '../store/session-file.ts'

/** Limit for the file: a client secret is one short line. */
const MOST_BYTES = 64 * 1024

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
    const value = await readSecretFile(client.clientSecretFile, ports)
    return value === stored?.value ? stored : { value, since }
  }
  if (stored) return stored
  const typed = (
    await ports.terminal.readSecret("Client secret (from the provider's app settings): ")
  )?.trim()
  if (typed) return { value: typed, since }
  throw new Failure('settings', 'this client has a secret, and nobody is there to type it', {
    hint: 'Put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.',
  })
}

async function readSecretFile(path: string, ports: Ports): Promise<string> {
  const files = await ports.files()
  const facts = await files.inspect(path).catch(() => undefined)
  const problem = facts && whyNotPrivate(path, facts, ports.env)
  if (problem)
    throw new Failure('settings', `the client secret file ${path} ${problem.why}`, { hint: problem.hint })
  const bytes = facts && (await files.readForeign(path, MOST_BYTES).catch(() => undefined))
  const value = bytes?.toString('utf8').trim()
  if (value) return value
  throw new Failure('settings', `the client secret file ${path} cannot be read or is empty`)
}
