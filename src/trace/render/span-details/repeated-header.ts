/** How many of the first lines of a stack say only what its exception's type and message say. */
export function repeatedHeader(
  stack: readonly string[],
  type: string | undefined,
  message: string | undefined,
): number {
  const [first = ''] = stack
  // An indented line is a frame, and Python's message stands at the end of its stack.
  if (/^\s/.test(first) || first.startsWith('Traceback (most recent call last)')) return 0
  const said = message?.split(/\r?\n/) ?? []
  // Lines after it repeat the message only where it ends with the beginning of that; Ruby's ends with the type.
  const isBeginning = endsWithText(first, said[0]) || endsWithText(withoutEnd(first, ` (${type})`), said[0])
  const repeated = isBeginning ? 1 + alike(stack.slice(1), said.slice(1)) : 1
  if (type !== undefined && first.includes(type)) return repeated
  if (message !== undefined && first.includes(message)) return repeated
  const isBegun = isBeginning && said.slice(0, repeated).some((line) => line.trim() !== '')
  return isBegun ? repeated : 0
}

/** Whether the first line of a stack says more than type and message, such as a place, a cause, a code, or a type that is not told. */
export function headerSaysMore(first: string, type = '', message = ''): boolean {
  const [said = ''] = message.trim().split(/\r?\n/, 1)
  // Each may hold the other. The message comes last.
  const rests = [
    withoutLast(withoutFirst(first, type), said.trim()),
    withoutFirst(withoutLast(first, said.trim()), type),
  ]
  return rests.every((rest) => /[\p{L}\p{N}]/u.test(rest))
}

const withoutFirst = (line: string, part: string): string => without(line, part, line.indexOf(part))
const withoutLast = (line: string, part: string): string => without(line, part, line.lastIndexOf(part))
const without = (line: string, part: string, at: number): string =>
  at < 0 ? line : `${line.slice(0, at)} ${line.slice(at + part.length)}`

/** How many lines of both beginnings are the same, but for blanks at their ends. */
function alike(lines: readonly string[], others: readonly string[]): number {
  const differs = others.findIndex((line, i) => lines[i]?.trimEnd() !== line.trimEnd())
  return differs < 0 ? others.length : differs
}

const withoutEnd = (line: string, end: string): string =>
  line.trimEnd().endsWith(end) ? line.trimEnd().slice(0, -end.length) : line

/** `first line` and `Error: first line`, and not any line that happens to end with a short text. */
function endsWithText(line: string, text: string | undefined): boolean {
  if (text === undefined) return false
  const [whole, end] = [line.trimEnd(), text.trimEnd()]
  return whole === end || whole.endsWith(`: ${end}`.trimEnd())
}
