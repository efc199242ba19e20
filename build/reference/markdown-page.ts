import { referenceFile } from '../../src/cli/help.ts'
import type { Entry, Page } from './pages.ts'

/** The first line of each page that is made. */
export const MADE = '<!-- Made by `npm run docs` from src/cli. Do not edit. -->'

/** A document of `docs/reference/` that is not made here, such as one on settings. */
export interface Beside {
  readonly title: string
  readonly file: string
}

/**
 * A page of `docs/reference/`; `pages`: all of them, for links. The page of the program also links to what stands
 * `beside` them.
 */
export function markdownPage(page: Page, pages: readonly Page[], beside: readonly Beside[]): string {
  const { title, usage, description, below, options, appendix, exits } = page
  const links = [
    ...pages.filter((one) => one !== page && !below.includes(one) && isNear(one, page)).map(link),
    ...(page.name === 'ls-auth' ? beside : []).map(({ title, file }) => `[${title}](${file})`),
  ]
  return [
    ...[MADE, '', `# ${title}`, '', prose(description), ''],
    ...fenced([usage]),
    ...table('Commands', below, (one) => [`[\`${one.title}\`](${fileOf(one)})`, prose(one.description)]),
    ...options.flatMap(({ heading, entries }) => table(heading, entries, termRow)),
    ...['## Examples', ''],
    ...fenced(appendix.examples.flatMap(({ does, line }, i) => [...(i > 0 ? [''] : []), `# ${does}`, line])),
    ...table('Environment', appendix.variables, ([term, does]) => termRow({ term, does })),
    ...table('Exit status', exits, ({ term, does }) => [term, prose(does)]),
    ...(links.length === 0 ? [] : ['## See also', '', links.join(', '), '']),
  ].join('\n')
}

/** The name of the page's file, without its folder. */
export const fileOf = (page: Page): string => referenceFile(page.name).replace(/^.*\//, '')

/** The program, and what is above the page or on the same floor. */
const isNear = (one: Page, page: Page): boolean => {
  const [, group] = page.title.split(' ')
  return one.name === 'ls-auth' || (page.title.split(' ').length > 2 && one.title.split(' ')[1] === group)
}

const link = (page: Page): string => `[${page.title}](${fileOf(page)})`

const termRow = ({ term, does }: Entry): string[] => [`\`${cell(term)}\``, prose(does)]

function table<T>(heading: string, rows: readonly T[], cells: (row: T) => readonly string[]): string[] {
  if (rows.length === 0) return []
  return [
    `## ${heading}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
    '',
  ]
}

/** Inside a table a bar ends the cell, also within code. */
const cell = (words: string): string => words.replaceAll('|', '\\|')

/** Words as they are: `<id>` is no HTML, `*` is no emphasis. */
const prose = (words: string): string => cell(words.replace(/[\\*`[\]]/g, '\\$&').replaceAll('<', '&lt;'))

const fenced = (lines: readonly string[]): string[] => ['```sh', ...lines, '```', '']
