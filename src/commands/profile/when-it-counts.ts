import type { PartialClient } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import { findSignIns } from '../../session/store/sign-ins.ts'
import { isComplete } from '../../settings/required-client.ts'
import { shellWord } from '../../text/shell-word.ts'

/** These decide which sign-in a profile uses, and where its tokens may go. Commands heed them at once. */
const BINDING = ['issuer', 'client_id', 'account', 'api', 'dpop']

/**
 * What a changed setting that a sign-in is for means for the one that is there. `before`: undefined where it is not known whose
 * sign-in the profile had. Nothing is said of dpop where it stays what it was. Failures: `storage`, `refused`.
 */
export async function whenItCounts(
  key: string,
  before: PartialClient | undefined,
  after: PartialClient,
  ports: Ports,
): Promise<string | undefined> {
  if (key === 'dpop' && before?.dpop === after.dpop) return undefined
  const login = `ls-auth login --profile ${shellWord(after.profile)}`
  const next = `It counts from the next sign-in: ${login}`
  if (!BINDING.includes(key)) return next
  const headers = await findSignIns(after.stateDirectory, ports)
  const nameOf = (client: PartialClient | undefined) => client && isComplete(client) && sessionName(client)
  const now = headers.find((header) => sessionName(header) === nameOf(after))
  const isSignedIn =
    now !== undefined ||
    headers.some(
      (header) => sessionName(header) === nameOf(before) || Object.hasOwn(header.apis, after.profile),
    )
  if (!isSignedIn) return next
  // Whether its tokens are bound to a key is sealed in the session.
  if (key === 'dpop') return `Commands refuse a sign-in that was made with another dpop. To sign in: ${login}`
  return now !== undefined && Object.values(now.apis).includes(after.apiOrigin)
    ? 'It counts at once, with the sign-in that is kept here.'
    : `Commands stop until you sign in: ${login}`
}
