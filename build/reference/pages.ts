import { Help, type Option } from 'commander'
import { appendixOf } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { wordOf } from '../../src/cli/first-screen.ts'
import type { Appendix } from '../../src/cli/help.ts'
import { DESCRIPTION, globalOptions, programAppendix } from '../../src/cli/tree.ts'
import { optionsOf } from '../../src/cli/typed-line.ts'
import { type Group, type Row, readTable } from '../../src/cli/verb-row.ts'
import { EXIT_STATUSES } from '../../src/frame/exit-statuses.ts'

/** A word or an option, and what it does. */
export interface Entry {
  readonly term: string
  readonly does: string
}

/** Everything the reference says of one command, of a group of them, or of the program. */
export interface Page {
  /** The name of its manual page: `ls-auth-trace-get`. */
  readonly name: string
  /** As it is typed: `ls-auth trace get`. */
  readonly title: string
  /** `ls-auth trace get [options] <id>`. */
  readonly usage: string
  readonly description: string
  /** The pages of the commands below it. */
  readonly below: readonly Page[]
  readonly options: readonly { readonly heading: string; readonly entries: readonly Entry[] }[]
  readonly appendix: Appendix
  readonly exits: readonly Entry[]
}

const HELP = new Help()
const GLOBAL = { heading: 'Global options', entries: entriesOf(globalOptions()) }

/** The program first, then each group with its commands, in the order of the help. */
export async function referencePages(): Promise<Page[]> {
  const below = (await readTable(COMMANDS)).map((row) => pageOf(row, []))
  const program: Page = {
    ...namesOf([]),
    usage: 'ls-auth [options] [command]',
    description: DESCRIPTION,
    below,
    options: [GLOBAL],
    appendix: programAppendix(),
    exits: [...exitsOf(programAppendix()), ...SIGNALS],
  }
  return [program, ...below.flatMap((page) => [page, ...page.below])]
}

function pageOf(row: Row | Group, above: readonly string[]): Page {
  const words = [...above, wordOf(row)]
  const { title, name } = namesOf(words)
  const isGroup = 'rows' in row
  const rest = isGroup ? '[command]' : row.usage.split(' ').slice(1).join(' ')
  return {
    title,
    name,
    usage: `${title} [options] ${rest}`.trim(),
    description: row.description,
    below: isGroup ? row.rows.map((one) => pageOf(one, words)) : [],
    options: [...(isGroup ? [] : groupsOf(row)), GLOBAL],
    appendix: appendixOf(row, words),
    exits: exitsOf(appendixOf(row, words)),
  }
}

function namesOf(words: readonly string[]): Pick<Page, 'name' | 'title'> {
  return { name: ['ls-auth', ...words].join('-'), title: ['ls-auth', ...words].join(' ') }
}

const exitsOf = ({ exits }: Appendix): Entry[] =>
  exits.map((exit) => ({ term: String(exit), does: EXIT_STATUSES[exit] }))

/** How a process ends that a signal ends; no command chooses these. */
const SIGNALS: readonly Entry[] = [
  { term: '129, 130, 143', does: 'ended by a signal: the terminal is gone, Ctrl-C, SIGTERM' },
  { term: '137', does: '8 on Node.js before 22.15, when the keychain is stuck' },
]

function groupsOf(row: Row): Page['options'] {
  const options = optionsOf(row).filter(({ hidden }) => !hidden)
  const headings = [...new Set(options.map(({ helpGroupHeading }) => helpGroupHeading))]
  return headings.map((heading) => ({
    heading: heading?.replace(/:$/, '') ?? 'Options',
    entries: entriesOf(options.filter(({ helpGroupHeading }) => helpGroupHeading === heading)),
  }))
}

function entriesOf(options: readonly Option[]): Entry[] {
  return options
    .filter(({ hidden }) => !hidden)
    .map((option) => ({ term: HELP.optionTerm(option), does: HELP.optionDescription(option) }))
}
