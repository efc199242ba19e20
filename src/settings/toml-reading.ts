import { parse } from 'smol-toml'

/** Deeper than any setting by far. Walking a tree of more levels than this by recursion may exhaust the stack. */
const MOST_LEVELS = 64

/**
 * Reads TOML 1.1 in time and memory that grow with the text alone, whatever is in it: an imported profile is a file of
 * somebody else's. Integers that a number cannot hold are bigints. Throws the library's TomlError, which has `line` and
 * `column` counted from one; a plain Error without them when tables nest deeper than {@link MOST_LEVELS}.
 */
export function parseToml(text: string): Record<string, unknown> {
  const root = parse(text, { integersAsBigInt: 'asNeeded', maxDepth: MOST_LEVELS })
  // The library's own bound is for brackets: a dotted key of a megabyte is half a million tables in one another.
  if (levels(root) > MOST_LEVELS) throw new Error(`tables nest deeper than ${MOST_LEVELS} levels`)
  return root
}

/** How deep objects and lists are nested; stops soon after {@link MOST_LEVELS}. */
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
