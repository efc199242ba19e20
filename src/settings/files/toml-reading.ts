import { parse } from 'smol-toml'

/** Limit for nesting, far deeper than any setting: recursion over a deeper tree may overflow the stack. */
const MOST_LEVELS = 64

/**
 * Parses untrusted TOML 1.1 (an imported profile) in time and memory linear to the text. Integers that a number cannot
 * hold are bigints. Throws the library's TomlError, whose `line` and `column` count from one; a plain Error when tables
 * nest deeper than {@link MOST_LEVELS}.
 */
export function parseToml(text: string): Record<string, unknown> {
  const root = parse(text, { integersAsBigInt: 'asNeeded', maxDepth: MOST_LEVELS })
  // The library's own limit is for brackets only: a dotted key of 1 MB is half a million nested tables.
  if (levels(root) > MOST_LEVELS) throw new Error(`tables nest deeper than ${MOST_LEVELS} levels`)
  return root
}

/** Depth of nested objects and lists; stops counting after {@link MOST_LEVELS}. */
function levels(root: unknown): number {
  let depth = 0
  let level: unknown[] = [root]
  while (level.length > 0 && depth <= MOST_LEVELS) {
    level = level.flatMap((value) => Object.values(value as object)).filter(isContainer)
    depth++
  }
  return depth
}

const isContainer = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date)
