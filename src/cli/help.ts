import type { Command } from 'commander'

/** A command line that a user would paste, and what it is for. */
export interface Example {
  readonly does: string
  readonly line: string
}

/** What the help of every command has in common; commander hands it down to the commands below. */
export function configureHelp(program: Command): void {
  program
    .configureHelp({ showGlobalOptions: true })
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
}

/** Prints the examples behind the options. */
export function addExamples(command: Command, examples: readonly Example[]): void {
  const lines = examples.flatMap(({ does, line }) => [`  # ${does}`, `  ${line}`])
  command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
}
