import { refuseEmpty } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { parseDuration } from '../settings/duration.ts'
import { typedFlag } from '../settings/setting-key.ts'
import type { Typed } from './cli-command.ts'

type Flags = Typed['flags']

/** The value of a flag. Failure `usage`: it is empty. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  if (typeof value !== 'string') return undefined
  refuseEmpty('usage', typedFlag(name), value)
  return value
}

/** The same for a flag that may be repeated; undefined: not given. */
export function textsFlag(flags: Flags, name: string): readonly string[] | undefined {
  const values = flags[name] as readonly string[] | undefined
  for (const value of values ?? []) refuseEmpty('usage', typedFlag(name), value)
  return values
}

/** A duration in seconds. Failure `usage`: not a duration. */
export function durationFlag(flags: Flags, name: string): number | undefined {
  const value = flags[name]
  return typeof value === 'string' ? parseDuration(value, typedFlag(name)) : undefined
}

/** Whether a new profile may have this name. */
export const isProfileName = (text: string): boolean => /^[\w@][\w.@-]{0,59}$/.test(text)

/** The first argument, a name. Failure `usage`: it is empty. */
export function nameArgument(args: Typed['args']): string {
  const [name = ''] = args
  if (name.trim() !== '') return name
  throw new Failure('usage', 'the profile name is empty', { hint: 'See: ls-auth profile list' })
}
