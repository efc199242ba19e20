import { Command, CommanderError } from 'commander'
import { CLAIM_COMMANDS } from './cli/claim-commands.ts'
import { addCommands, choice } from './cli/command.ts'
import { PROFILE_COMMANDS } from './cli/profile-commands.ts'
import { SIGN_IN_COMMANDS } from './cli/sign-in-commands.ts'
import { TRACE_COMMANDS } from './cli/trace-commands.ts'
import { Failure } from './errors.ts'
import type { Ports } from './ports.ts'
import { report } from './report.ts'
import { safeText } from './safe-text.ts'

/** Runs one command line on the given machine; resolves to the exit status. Never throws, never exits. */
export async function run(argv: readonly string[], ports: Ports): Promise<number> {
  const output: string[] = []
  const program = commandTree(argv, ports, (text) => output.push(text))
  try {
    refuseTokens(argv)
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return await ports.terminal.out(output.join('')).then(
        () => 0,
        (failure) => report(failure, argv, ports),
      )
    }
    return await report(error instanceof CommanderError ? misuse(error, program, argv) : error, argv, ports)
  }
}

/** What commander has against a command line, with the help of the command that was meant. */
function misuse(error: CommanderError, program: Command, argv: readonly string[]): Failure {
  const typed = ['ls-auth']
  let at: Command | undefined = program
  for (const word of argv) {
    at = at.commands.find((command) => command.name() === word)
    if (!at) break
    typed.push(word)
  }
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  return new Failure('usage', error.code === 'commander.help' ? 'no command was given' : message, {
    hint: `See: ${typed.join(' ')} --help`,
    detail: error.code === 'commander.help' ? [] : more.filter(Boolean),
  })
}

/** A command line is visible to every user of the machine and stays in the shell's history. */
function refuseTokens(argv: readonly string[]): void {
  if (!argv.some((word) => /(^|[=\s])eyJ[\w-]+\.[\w-]+\./.test(word))) return
  throw new Failure('usage', 'a token does not belong on the command line, where others can read it', {
    hint: 'Pass it on standard input: ls-auth whoami --token -',
  })
}

const COMMANDS = [...SIGN_IN_COMMANDS, ...CLAIM_COMMANDS, ...TRACE_COMMANDS, PROFILE_COMMANDS]

function commandTree(argv: readonly string[], ports: Ports, write: (text: string) => void): Command {
  const program = new Command('ls-auth')
    .description('Identity-based access to distributed traces from the terminal')
    .version(ports.env.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(ports.terminal.columns, 100),
    })
    .option('--profile <name>', 'profile to use (LS_AUTH_PROFILE)')
    .option('--json', 'one JSON value on stdout; errors as JSON on stderr')
    .option('--quiet', 'no talk on stderr, only warnings and errors')
    .option('--debug', 'show each request, redacted, on stderr')
    .addOption(choice('--color <when>', 'colour', ['auto', 'always', 'never']).default('auto'))
    .option('--timeout <seconds>', 'bound on one network request', positiveNumber)
  // The version alone needs no command.
  if (argv.length > 1 || argv[0] !== '--version') addCommands(program, COMMANDS, argv, ports)
  return program
}

function positiveNumber(value: string): number {
  const seconds = Number(value)
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds
  throw new Failure('usage', `--timeout: "${safeText(value, 40)}" is not a number of seconds`)
}
