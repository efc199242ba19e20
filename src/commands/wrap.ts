import { displayWidth } from '../display-width.ts'

/**
 * Text in lines of at most `width` columns of a terminal, broken at spaces; a word that is longer stays whole, so that an
 * address can still be copied. Later lines begin with `indent`.
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
