import { displayWidth } from './display-width.ts'

/**
 * Wraps text at spaces to lines of at most `width` terminal columns. A longer word stays whole, so that a URL can still
 * be copied. A list is wrapped between its values. Lines after the first begin with `indent`.
 */
export function wrap(text: string | readonly string[], width: number, indent = ''): string {
  return flow(typeof text === 'string' ? text.split(' ') : text, width, indent)
}

/** Words that no command has, but for the value of a flag: the sentence about the command begins there. */
const PROSE =
  'says|shows|tells|lists|gives|asks|looks|works|follows|is|has|does|was|may|will|again|alone|once|and|or|to|in|for|with|without|of|it|where|when|which|then|here|there'

/** A command in advice, up to the end of its sentence or to what is said of it. */
const COMMAND = new RegExp(
  String.raw`((?<![\w/.-])(?:ls-auth|(?:sudo )?ch(?:mod|own)) (?!(?:${PROSE})\b)[a-z0-9-].*?(?=[.,;:)]+(?: |$)|(?<! --[\w-]+) (?:${PROSE})(?![^ .,;:)])|$)[.,;:)]*)`,
)

/**
 * The same for advice: a command in it stays on one line, however long, because a broken one does not work when it is pasted.
 * Lines after the first begin below the text of the first (behind its label, if it has one and two spaces), `indent` deeper.
 */
export function wrapAdvice(text: string, width: number, indent = ''): string {
  if (displayWidth(text) <= width) return text
  const [label = ''] = /^ *(?:\S+(?: \S+){0,3} {2,})?/.exec(text) ?? []
  const margin = ' '.repeat(displayWidth(label))
  const parts = text.slice(label.length).split(COMMAND)
  const words = parts.flatMap((part, i) => {
    // What touches the command, such as a bracket, stays with it.
    const touching = /\S*$/.exec(parts[i - 1] ?? '')?.[0] ?? ''
    if (i % 2 === 1) return [touching + part]
    return (i + 1 < parts.length ? part.replace(/\S*$/, '') : part).trim().split(' ')
  })
  return label + flow(words.filter(Boolean), width - margin.length, indent).replaceAll('\n', `\n${margin}`)
}

function flow(words: readonly string[], width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
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
