import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'

/** Failure `usage`: the profile wants a reason, and there is none. */
export function requireReason({ reason, requireReason }: PartialClient): void {
  if (requireReason !== true || reason !== undefined) return
  throw new Failure('usage', 'this profile wants a reason, and none is given', {
    hint: 'Say why, such as a ticket: add --reason TEXT to the command, or set LS_AUTH_REASON.',
  })
}
