/** A command line of a document, and the output that the document shows under it. */
export interface Typed {
  /** As it is typed; a line that goes on ends with a backslash and a newline. */
  readonly line: string
  readonly output: string
}

/** The blocks ` ```console ` below a heading of a Markdown text, up to the next heading: what is typed in them. */
export function sessionsUnder(heading: string, markdown: string): Typed[] {
  return blocksUnder(heading, 'console', markdown).flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [, line = '', output = ''] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(part) ?? []
        return { line, output: output.trimEnd() }
      }),
  )
}

/** The same for a whole page. */
export const sessionsIn = (markdown: string): Typed[] =>
  sessionsUnder('page', `page\n${markdown.replace(/^## /gm, '')}`)

/** A screen whose numbers, ids, times and bars may be others. */
export const shapeOf = (screen: string): string =>
  screen
    .replace(/\b(?:[0-9a-f]{16}){1,2}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[+-]?\d[\d.,]*(?:µs|[mn]?s|[mhd%])?/g, '0')
    .replace(/ *[\u2580-\u259f][\u2580-\u259f ]*/g, ' ')
    .replace(/ +/g, ' ')
    .replace(/ $/gm, '')

/** The lines of the blocks ` ```sh ` below a heading. */
export function linesUnder(heading: string, markdown: string): string[] {
  return blocksUnder(heading, 'sh', markdown).flatMap((block) => block.trimEnd().split('\n'))
}

function blocksUnder(heading: string, kind: string, markdown: string): string[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const fence = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')
  return [...section.matchAll(fence)].map(([, block = '']) => block)
}

/** Whether output is as a document shows it: a line of `…` stands for any lines, a `…` in a line for any characters. */
export function isAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${output}\n`)
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
