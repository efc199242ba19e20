import { displayWidth, graphemes } from '../../../text/display-width.ts'
import { safeText } from '../../../text/safe-text.ts'

/** Characters after which a line may be broken; a word between them stays whole where it fits into a line. */
const BREAKS = new Set([' ', ',', ';', '&', '|'])

/**
 * An untrusted text as sanitized lines of at most `width` columns: its own lines, each broken where it is too long.
 * Nothing is lost but blanks at a break. Tabs become two blanks: stacks are indented with them.
 */
export function brokenLines(text: string, width: number): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => broken(safeText(line.replaceAll('\t', '  '), Number.POSITIVE_INFINITY), width))
}

/** One sanitized line, broken into lines of at most `width` columns. */
function broken(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line]
  const parts = graphemes(line)
  const lines: string[] = []
  let from = 0
  while (from < parts.length) {
    const to = endOfLine(parts, from, width)
    lines.push(parts.slice(from, to).join('').trimEnd())
    from = parts[to] === ' ' ? to + 1 : to
  }
  return lines
}

/** Where the line that begins at `from` ends: after the last break that fits, else as far as it fits. */
function endOfLine(parts: readonly string[], from: number, width: number): number {
  let columns = 0
  let lastBreak = 0
  for (let at = from; at < parts.length; at++) {
    columns += displayWidth(parts[at]!)
    // A wide character alone may be wider than the line.
    if (columns > width) return parts[at] === ' ' ? at : lastBreak || Math.max(at, from + 1)
    if (BREAKS.has(parts[at]!)) lastBreak = at + 1
  }
  return parts.length
}

/** How much of a text is shown, unless all is asked for: enough for a statement or a message. */
const MOST_CHARACTERS = 600
const MOST_LINES = 8

/** The beginning of a text, and how many characters come after it. */
export function beginningOf(text: string): { readonly shown: string; readonly left: number } {
  let end = Math.min(text.length, MOST_CHARACTERS)
  let at = -1
  for (let lines = 0; lines < MOST_LINES; lines++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0 || at > end) break
    if (lines === MOST_LINES - 1) end = at
  }
  // Not between the halves of a surrogate pair.
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end--
  return { shown: text.slice(0, end), left: text.length - end }
}
