// Sticky patterns (flag `y`) match at one place of a text only.

/** The match of a sticky pattern that begins here. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Where the match of a sticky pattern ends that begins here. Undefined where it does not match. */
export function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/**
 * Where the last of the matches ends that stand one behind the other: the place itself if there is none. The pattern is one part of
 * what is looked for: a pattern for all of it would need more stack than there is for millions of parts.
 */
export function endOfAll(part: RegExp, text: string, at: number): number {
  let end = at
  for (let next = endOf(part, text, end); next !== undefined; next = endOf(part, text, end)) end = next
  return end
}
