import { type Command, Help } from 'commander'
import type { ExitStatus } from '../frame/exit-statuses.ts'
import type { Example } from '../frame/verb.ts'
import { wrap } from '../text/wrap.ts'
import { HOMEPAGE, helpWidth, TOPICS } from './first-screen.ts'

export type { Example }

/** What the manual page of a command says after its options. Its help has the examples alone. */
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

/** The heading of settings that the help of a command leaves to `ls-auth help flags`. */
export const SETTINGS = 'Settings of the profile:'

/** Text beside an option is wrapped down to this many columns: commander's 40 leaves lines too long at 60, and 20 at 40. */
const NARROWEST_TEXT = 8

/** Help settings for all commands; subcommands inherit them from commander. */
export function configureHelp(program: Command, columns: number): void {
  program
    .configureHelp({
      minWidthToWrap: NARROWEST_TEXT,
      commandUsage: (command) => wrap(new Help().commandUsage(command), helpWidth(columns) - 7, '       '),
      visibleOptions: (command) =>
        new Help().visibleOptions(command).filter(({ helpGroupHeading }) => helpGroupHeading !== SETTINGS),
      optionDescription: ({ description, argChoices }) =>
        argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`,
    })
    .helpOption(HELP_FLAGS, HELP_TEXT)
    .helpCommand('help [command]', 'show the help of a command')
}

/** Prints the examples after the options, and where the rest is. */
export function addAppendix(command: Command, columns: number, appendix: () => Appendix): void {
  command.addHelpText('after', () => {
    const { examples, page } = appendix()
    const more = `More: ls-auth help ${TOPICS.slice(1).join(' | ')}, or man ${page}`
    return [
      ...['', 'Examples:', ...examples.flatMap((example) => exampleLines(example, columns))],
      ...['', wrap(more, helpWidth(columns), '  ')],
      ...HOMEPAGE.map((address) => `      ${address}`),
    ].join('\n')
  })
}

/** The line stays whole, so that each shell takes the copy: a terminal breaks it without a line end. */
const exampleLines = ({ does, line }: Example, columns: number): string[] =>
  [...wrap(`# ${does}`, helpWidth(columns) - 2, '# ').split('\n'), line].map((text) => `  ${text}`)

/** Two columns: a term, and what it does. */
export function termsWith(
  rows: readonly (readonly [term: string, does: string])[],
  columns: number,
): string[] {
  const helper = new Help()
  helper.minWidthToWrap = NARROWEST_TEXT
  helper.prepareContext({ helpWidth: helpWidth(columns) })
  const width = Math.max(...rows.map(([term]) => term.length))
  return rows.map(([term, does]) => helper.formatItem(term, width, does, helper))
}

/** The page of the reference in the package: `docs/reference/trace-get.md`. */
export const referenceFile = (page: string): string =>
  `docs/reference/${page === 'ls-auth' ? 'README' : page.replace('ls-auth-', '')}.md`
