import type { Client } from '../../client.ts'
import type { SignedOut } from '../../session/sign-out.ts'
import type { Invocation } from '../invocation.ts'
import { openRecorder } from '../request/recorder.ts'

/** Writes a sign-out into the record, with whose it was. */
export async function recordSignOut(
  invocation: Invocation,
  client: Client,
  { ended }: SignedOut,
): Promise<void> {
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(ended?.idToken)
  await recorder.note('sign-out', ended?.tokens.find(({ use }) => use === 'access')?.value)
}
