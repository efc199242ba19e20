import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import type { Values } from './resolve.ts'

/**
 * Whether tokens are bound to a key (`dpop = true`). Failure `settings`: another setting sends a token that cannot be, or
 * sends it in another way (RFC 9449 §7.1: the scheme is DPoP).
 */
export function readDpop(values: Values): boolean {
  if (!values.isTrue('dpop')) return false
  const authorization = values.text('authorization') ?? ''
  const wrong =
    values.table('workload') !== undefined
      ? 'workload has tokens of its own, which are bound to no key'
      : values.text('use_token') === 'id'
        ? 'use_token = "id" sends the ID token, which is bound to no key'
        : !/^(bearer|none)$/i.test(authorization.trim())
          ? `authorization = "${safeText(authorization, 60)}" sends the token in a way of its own`
          : !/^authorization$/i.test(values.text('authorization_header')?.trim() ?? 'authorization')
            ? 'authorization_header names another header than Authorization'
            : undefined
  if (wrong === undefined) return true
  throw new Failure('settings', `dpop = true does not go with other settings: ${wrong}`, {
    hint: 'Leave one of the two out.',
  })
}
