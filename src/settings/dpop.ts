import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import type { Values } from './resolve.ts'
import type { SettingName } from './setting-table.ts'

/** A setting that keeps tokens from being bound to a key. */
interface Hindrance {
  readonly setting: SettingName
  /** For people; sanitized. */
  readonly why: string
}

/**
 * Whether tokens are bound to a key (`dpop = true`). Failure `settings`: another setting sends a token that cannot be, or
 * sends it in another way (RFC 9449 §7.1: the scheme is DPoP).
 */
export function readDpop(values: Values): boolean {
  if (!values.isTrue('dpop')) return false
  const found = hindersDpop((name) => values.text(name))
  if (found === undefined) return true
  throw new Failure('settings', `dpop = true conflicts with another setting: ${found.why}`, {
    hint: 'Leave one of the two out.',
  })
}

/** The setting that `dpop = true` does not go with; undefined: none. `value`: of each setting, valid by its shape. */
export function hindersDpop(value: (name: SettingName) => unknown): Hindrance | undefined {
  const authorization = String(value('authorization') ?? '').trim()
  const header = String(value('authorization_header') ?? 'authorization').trim()
  const as = (setting: SettingName, why: string): Hindrance => ({ setting, why: `${setting} ${why}` })
  if (value('workload') !== undefined) return as('workload', 'issues its own tokens, without DPoP')
  if (value('identity') !== undefined) return as('identity', 'gets its tokens without DPoP')
  if (value('use_token') === 'id') return as('use_token', '= "id" sends the ID token, which has no DPoP')
  if (!/^(bearer|none)$/i.test(authorization))
    return as('authorization', `= "${safeText(authorization, 60)}" sends the token in another scheme`)
  return /^authorization$/i.test(header)
    ? undefined
    : as('authorization_header', 'names another header than Authorization')
}
