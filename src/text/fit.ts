import { displayWidth, graphemes } from './display-width.ts'
import { safeText } from './safe-text.ts'

// Names of a megabyte exist (whole SQL statements). No terminal shows more of one than this.
const LONGEST = 800
const LONGEST_TAIL = 200

/** An untrusted name or message as one sanitized line; an enormous one is truncated in the middle. */
export function safeName(text: string, ellipsis: string): string {
  if (text.length <= LONGEST) return safeText(text)
  // A character of two code units is left out whole where the cut would leave half of it.
  const head = text.slice(0, LONGEST - LONGEST_TAIL).replace(/[\ud800-\udbff]$/, '')
  const tail = text.slice(-LONGEST_TAIL).replace(/^[\udc00-\udfff]/, '')
  return safeText(head + ellipsis + tail)
}

/** Truncates at the end to at most `width` columns. */
export function fitEnd(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text
  const room = width - displayWidth(ellipsis)
  if (room < 0) return takeStart(graphemes(text), width)
  return takeStart(graphemes(text), room).trimEnd() + ellipsis
}

/**
 * Truncates in the middle to at most `width` columns: the end of a name (the last part of a path) often says the most.
 * Falls back to {@link fitEnd} where there is no room for both ends.
 */
export function fitMiddle(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text
  const room = width - displayWidth(ellipsis)
  if (room < 8) return fitEnd(text, width, ellipsis)
  const parts = graphemes(text)
  const lastPart = displayWidth(parts.slice(parts.findLastIndex((part) => part.startsWith('/'))).join(''))
  const tailRoom = lastPart > 1 && lastPart <= room * 0.6 ? lastPart : Math.floor(room * 0.4)
  const tail = takeEnd(parts, tailRoom)
  return takeStart(parts, room - displayWidth(tail)) + ellipsis + tail
}

/** Word-wraps the text to lines of at most `width` columns; the last of at most `most` lines is truncated. */
export function fitLines(text: string, width: number, ellipsis: string, most = 3): string[] {
  const words = text.split(' ').filter((word) => word !== '')
  const lines: string[] = []
  while (words.length > 0 && lines.length < most - 1) {
    let line = words.shift() as string
    while (words.length > 0 && displayWidth(`${line} ${words[0]}`) <= width) line += ` ${words.shift()}`
    lines.push(fitEnd(line, width, ellipsis))
  }
  return words.length > 0 ? [...lines, fitEnd(words.join(' '), width, ellipsis)] : lines
}

/** As many parts to a line of at most `width` columns as fit, with three blanks between them; none is truncated. */
export function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const longer = `${lines.at(-1)}   ${part}`
    if (lines.length > 0 && displayWidth(longer) <= width) lines.splice(-1, 1, longer)
    else lines.push(part)
  }
  return lines
}

/** Pads the text with spaces at its end to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** Pads the text with spaces at its start to `width` columns. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

/** As many of the parts, which are graphemes, as fit into `width` columns. */
function takeStart(parts: readonly string[], width: number): string {
  let used = 0
  let count = 0
  for (const part of parts) {
    used += displayWidth(part)
    if (used > width) break
    count++
  }
  return parts.slice(0, count).join('')
}

function takeEnd(parts: readonly string[], width: number): string {
  let used = 0
  let from = parts.length
  while (from > 0) {
    used += displayWidth(parts[from - 1] as string)
    if (used > width) break
    from--
  }
  return parts.slice(from).join('')
}

// By their number: a row of a waterfall needs four, and `repeat` takes twice as long.
const BLANKS: readonly string[] = Array.from({ length: 256 }, (_, columns) => ' '.repeat(columns))

/** That many spaces; none for a negative number. */
export function blanks(columns: number): string {
  return BLANKS[Math.max(0, columns)] ?? ' '.repeat(columns)
}
