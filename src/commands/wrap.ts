import { displayWidth } from '../display-width.ts'

/**
 * Wraps text at spaces to lines of at most `width` terminal columns. A longer word stays whole, so that a URL can still
 * be copied. Lines after the first begin with `indent`.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = width - (lines.length > 0 ? displayWidth(indent) : 0)
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join(`\n${indent}`)
}
