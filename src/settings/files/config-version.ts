import { Failure } from '../../errors.ts'

/** A settings file as parsed TOML. */
export type Root = Readonly<Record<string, unknown>>

/** Turns the settings of one version into those of the next. Pure; keeps keys that it does not know. */
export type Upgrade = (root: Root) => Root

/**
 * The first makes version 2 out of version 1, and so on. So far there is version 1 only. The members of a session file
 * have a version of their own (`schema` in session-file.ts).
 */
export const UPGRADES: readonly Upgrade[] = []

/**
 * The settings as the newest version has them, and the version that they were written for (absent: 1). Failure
 * `settings`: a newer one than `upgrades` lead to, or no version at all.
 */
export function upgrade(
  root: Root,
  path: string,
  upgrades: readonly Upgrade[],
): { root: Root; version: number } {
  const newest = upgrades.length + 1
  const version = root.version ?? 1
  // The parser makes a bigint of an integer that is too large for a number.
  if (typeof version === 'bigint' || (Number.isInteger(version) && (version as number) > newest)) {
    throw new Failure('settings', `${path} is version ${version}, and this ls-auth knows version ${newest}`, {
      hint: 'Upgrade ls-auth, or move the file away. Nothing was changed.',
    })
  }
  if (!Number.isInteger(version) || (version as number) < 1) {
    throw new Failure('settings', `${path}: version must be a whole number from 1`, {
      hint: `Take the line away, or write: version = ${newest}`,
    })
  }
  const from = version as number
  if (from === newest) return { root, version: from }
  const upgraded = upgrades.slice(from - 1).reduce((older, next) => next(older), root)
  return { root: { ...upgraded, version: newest }, version: from }
}
