import { type Command, Help } from 'commander'
import { EXIT_STATUSES, type ExitStatus } from '../frame/exit-statuses.ts'
import type { Example } from '../frame/verb.ts'
import { wrap } from '../text/wrap.ts'

export type { Example }

/** What the help of a command says after its options. */
export interface Appendix {
  readonly examples: readonly Example[]
  readonly variables: readonly (readonly [name: string, does: string])[]
  readonly exits: readonly ExitStatus[]
  /** The name of its manual page: `ls-auth-trace-get`. */
  readonly page: string
}

/** The option that every command has. */
export const HELP_FLAGS = '-h, --help'
export const HELP_TEXT = 'show this help'

/** Columns, in which help is easy to read on a wide terminal. */
const MOST_COLUMNS = 100

/** Text beside an option is wrapped down to this many columns: commander's 40 leaves lines too long at 60. */
const NARROWEST_TEXT = 20

/** Width of the help, in columns. */
export const helpWidth = (columns: number): number => Math.min(columns, MOST_COLUMNS)

/** Help settings for all commands; subcommands inherit them from commander. */
export function configureHelp(program: Command): void {
  program
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: NARROWEST_TEXT })
    .helpOption(HELP_FLAGS, HELP_TEXT)
    .helpCommand('help [command]', 'show the help of a command')
}

/** Prints examples, variables, exit statuses and where to read more after the options. */
export function addAppendix(command: Command, columns: number, appendix: () => Appendix): void {
  command.addHelpText('after', () => {
    const { examples, variables, exits, page } = appendix()
    const statuses = exits.map((exit) => [String(exit), EXIT_STATUSES[exit]] as const)
    return [
      ...['', 'Examples:', ...examples.flatMap((example) => exampleLines(example, columns))],
      ...list('Environment:', variables, columns),
      ...list('Exit status:', statuses, columns),
      ...['', wrap(`Learn more: man ${page}, or ${referenceFile(page)}`, helpWidth(columns), '  ')],
    ].join('\n')
  })
}

/** The line to copy stays whole, however long; what it does is wrapped. */
function exampleLines({ does, line }: Example, columns: number): string[] {
  const told = wrap(`# ${does}`, helpWidth(columns) - 2, '# ')
  return [...told.split('\n'), line].map((text) => `  ${text}`)
}

/** The page of the reference in the package: `docs/reference/trace-get.md`. */
export const referenceFile = (page: string): string =>
  `docs/reference/${page === 'ls-auth' ? 'README' : page.replace('ls-auth-', '')}.md`

function list(
  heading: string,
  rows: readonly (readonly [term: string, does: string])[],
  columns: number,
): string[] {
  if (rows.length === 0) return []
  const helper = new Help()
  helper.minWidthToWrap = NARROWEST_TEXT
  helper.prepareContext({ helpWidth: helpWidth(columns) })
  const width = Math.max(...rows.map(([term]) => term.length))
  return ['', heading, ...rows.map(([term, does]) => helper.formatItem(term, width, does, helper))]
}
