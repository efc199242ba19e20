import { refuseEmpty } from '../empty-value.ts'
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

/** What `--narrow` says, of each command with `--scope` or `--audience`. */
export const NARROW = 'allow --scope or --audience even if the provider may then end your sign-in sooner'
