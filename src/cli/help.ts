import type { Command } from 'commander'

/** A command line to copy, and what it does. */
export interface Example {
  readonly does: string
  readonly line: string
}

/** The option that every command has. */
export const HELP_FLAGS = '-h, --help'
export const HELP_TEXT = 'show this help'

/** Help settings for all commands; subcommands inherit them from commander. */
export function configureHelp(program: Command): void {
  program
    .configureHelp({ showGlobalOptions: true })
    .helpOption(HELP_FLAGS, HELP_TEXT)
    .helpCommand('help [command]', 'show the help of a command')
}

/** Prints the examples after the options. */
export function addExamples(command: Command, examples: readonly Example[]): void {
  const lines = examples.flatMap(({ does, line }) => [`  # ${does}`, `  ${line}`])
  command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
}
