import { Command, CommanderError, Option } from 'commander'
import { tokenOnLine } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { EXIT_STATUSES, type ExitStatus } from '../frame/exit-statuses.ts'
import { allVariables } from '../frame/variables.ts'
import type { Ports } from '../ports/ports.ts'
import { safeJson, safeText } from '../text/safe-text.ts'
import { looksLikeToken } from '../text/secrets.ts'
import { addApiFlags, addCommands, choice } from './command.ts'
import { COMMANDS, mainHelp } from './commands.ts'
import { helpWidth, TOPICS, wordOf } from './first-screen.ts'
import { type Appendix, configureHelp, type Example, HELP_FLAGS, HELP_TEXT } from './help.ts'
import { helpIndex, helpJson } from './help-json.ts'
import { helpOf, withOwnHelp } from './run-row.ts'
import { topic } from './topics.ts'
import { readLine } from './typed-line.ts'
import { type Group, type Row, readTable, type Table } from './verb-row.ts'

/**
 * Parses one command line and runs its command, or answers `--help` and `--version`. Gives the exit status. Throws
 * Failures; errors of the parser become Failure `usage`.
 */
export async function runCommand(
  typed: readonly string[],
  ports: Ports,
  table: Table = COMMANDS,
): Promise<number> {
  const line = await withHelpFirst(typed, table)
  const isJson = line[0] === 'help' && line.includes('--json')
  const words = line.slice(1).filter((word) => word !== '--json')
  const asked = line.filter((word) => !word.startsWith('-'))
  const name = !isJson && asked[0] === 'help' && asked.length === 2 && TOPICS.find((one) => one === asked[1])
  const rows = await readTable(table, isJson || name ? undefined : line)
  if (isJson) {
    const { version } = ports.env
    const help =
      words.length === 0 ? helpIndex(version, rows) : helpJson(version, rows, globalOptions(), words)
    if (help !== undefined) {
      await ports.terminal.out(`${safeJson(help, 2)}\n`)
      return 0
    }
  }
  if (name) {
    await ports.terminal.page(topic(name, rows, globalOptions(), ports))
    return 0
  }
  const argv = await helpOfCommand(line, rows)
  const output: string[] = []
  let status = 0
  const program = commandTree(rows, argv, ports, {
    write: (text) => output.push(text),
    end: (ended) => {
      status = ended
    },
  })
  try {
    refuseTokens(argv)
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    const names = namesOf(program, argv)
    const row = rows.find((one) => wordOf(one) === names[0])
    const failed = (failure: unknown) => withOwnHelp(failure, row && 'run' in row ? row : undefined, names)
    if (!(error instanceof CommanderError)) throw failed(error)
    const words = argv.filter((word) => word !== '--')
    if (error.code === 'commander.help' && typedCommands(program, argv).at(-1)?.name() === 'audit')
      return runCommand([...words, 'list', '--limit', '50'], ports, table)
    // Nothing but `ls-auth` or `ls-auth trace`: the help, as gh and kubectl give it. No help is one JSON value.
    if (error.code === 'commander.help' && !argv.includes('--json') && !argv.some(isHelpFlag))
      return runCommand([...words, '--help'], ports, table)
    if (error.exitCode !== 0) throw failed(usageFailure(error, program, argv, rows))
    // No command has run that would have set it.
    ports.terminal.setPager(program.opts().pager !== false)
    const isFirst = error.code === 'commander.helpDisplayed' && typedCommands(program, argv).length === 1
    const screen = isFirst && mainHelp(ports.terminal.columns)
    await ports.terminal.page(screen || output.join(''))
  }
  return status
}

/** `trace help get` and `-q help trace` are `help trace get`: the word stands where a command would. */
async function withHelpFirst(line: readonly string[], table: Table): Promise<readonly string[]> {
  const words = line[0] === 'help' ? line.slice(1) : line
  if (words.every((word) => word !== 'help')) return line
  const rows = await readTable(table, [])
  const at = words.findIndex((word, i) => {
    if (word !== 'help') return false
    const { commands, unknown, waiting } = readLine(words.slice(0, i), rows, globalOptions())
    return commands.every((one) => 'rows' in one) && unknown === undefined && waiting === undefined
  })
  return at === -1 ? line : withHelpFirst(['help', ...words.toSpliced(at, 1)], table)
}

/**
 * The line as the parser should see it: commander's own `help trace get` shows the help of `trace` only. Where help is
 * asked of a command that is missing, the parser gets the command alone, and says so with the names that are near.
 */
async function helpOfCommand(
  line: readonly string[],
  rows: readonly (Row | Group)[],
): Promise<readonly string[]> {
  const argv = line[0] === 'help' ? [...line.slice(1).filter((word) => word !== '--'), '--help'] : line
  if (!argv.some(isHelpFlag)) return argv
  const words = argv.filter((word) => !isHelpFlag(word))
  return readLine(words, rows, globalOptions()).unknown === undefined ? argv : words
}

const isHelpFlag = (word: string): boolean => word === '-h' || word === '--help'

/** A parser error as a Failure. The name that is near comes first in its hint. */
function usageFailure(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
  rows: readonly (Row | Group)[],
): Failure {
  const hint = helpOf(namesOf(program, argv))
  const valued = error.code === 'commander.unknownOption' && switchWithValue(program, argv)
  if (valued) return new Failure('usage', `${valued} takes no value`, { hint })
  if (error.code === 'commander.excessArguments') return tooMany(program, argv, hint)
  const meant = otherPlace(program, argv, rows)
  // Redacted: the value after `=` may be a secret under a mistyped option name.
  const text = error.message
    .replace(/^error: /, '')
    .replace(/'(--[\w-]+)=[^']*'/, "'$1'")
    .replace(/'([^']*)'/, (quoted, word) => (looksLikeToken(word) ? "'…'" : quoted))
  const [message = '', ...more] = error.code === 'commander.help' ? ['missing command'] : text.split('\n')
  // Of `-- --help` commander would cut the first letters off the names that are near.
  const near = argv[0] === '--' ? [] : more.map((line) => line.replace(/^\((.*)\)$/, '$1')).filter(Boolean)
  return new Failure('usage', message, { hint: [...(meant ? [meant] : near), hint].join(' ') })
}

/** What a word in the wrong place means: `-o csv trace search`, an option of the command; `search`, a command of a group. */
function otherPlace(
  program: Command,
  argv: readonly string[],
  rows: readonly (Row | Group)[],
): string | undefined {
  const [first = ''] = argv
  const last = typedCommands(program, argv).at(-1)
  if (last !== program)
    return last?.options.some(({ short, long }) => first === short || first === long)
      ? `Write ${first} after ${last.name()}.`
      : undefined
  const group = rows.find((row) => 'rows' in row && row.rows.some((one) => wordOf(one) === first))
  return group && `Did you mean ${wordOf(group)} ${first}?`
}

/** `trace search checkout`: a word where a flag was meant. It may be a secret, so it isn't repeated. */
function tooMany(program: Command, argv: readonly string[], hint: string): Failure {
  const typed = typedCommands(program, argv)
  const { registeredArguments = [], options = [] } = typed.at(-1) ?? {}
  const names = typed.map((command) => command.name()).join(' ')
  const most = registeredArguments.length
  const takes = most === 0 ? 'no argument' : `at most ${most} ${most === 1 ? 'argument' : 'arguments'}`
  const meant = options.some(({ long }) => long === '--service') ? 'To filter, write --service NAME. ' : ''
  return new Failure('usage', `${names} takes ${takes}`, { hint: meant + hint })
}

/** `--error=true`: the parser knows no option of that name, where `--error` is a switch. */
function switchWithValue(program: Command, argv: readonly string[]): string | undefined {
  const switches = typedCommands(program, argv)
    .flatMap(({ options }) => options)
    .filter(({ required, optional }) => !required && !optional)
  return switches.find(({ long }) => argv.some((word) => word.startsWith(`${long}=`)))?.long
}

/** The program, and the group and the command of it that were typed. Global options may stand before them. */
function typedCommands(program: Command, argv: readonly string[]): readonly Command[] {
  const typed = [program]
  for (const word of wordsOf(argv, program)) {
    const next = typed.at(-1)?.commands.find((command) => command.name() === word)
    if (next) typed.push(next)
  }
  return typed
}

/** The typed words without the values of global options: `--profile exec` names no command. */
function wordsOf(argv: readonly string[], program: Command): readonly string[] {
  const takesValue = new Set(program.options.filter(({ required }) => required).map(({ long }) => long))
  return argv.filter((_, i) => !takesValue.has(argv[i - 1]))
}

/** The names of the typed commands, without the program's. */
const namesOf = (program: Command, argv: readonly string[]): string[] =>
  typedCommands(program, argv)
    .slice(1)
    .map((command) => command.name())

function refuseTokens(argv: readonly string[]): void {
  if (argv.some((word) => /(^|[=\s])eyJ[\w-]+\.[\w-]+\./.test(word)))
    throw tokenOnLine(argv.includes('check') ? 'check' : 'whoami')
}

/** What the program is. */
export const DESCRIPTION = 'Identity-based access to distributed traces from the terminal'

/** Examples in the main help. */
export const EXAMPLES: readonly Example[] = [
  {
    does: 'sign in and save issuer, client id and API in a profile',
    line: 'ls-auth login --issuer https://login.acme.example --client-id ls-auth-cli --api https://traces.acme.example',
  },
  { does: 'who am I, and what may I do?', line: 'ls-auth whoami' },
  { does: 'read a trace', line: 'ls-auth trace get 4bf92f3577b34da6a3ce929d0e0e4736' },
  { does: 'find out why something does not work', line: 'ls-auth doctor' },
]

/** What the manual page of the program says at its end. */
export const programAppendix = (): Appendix => ({
  examples: EXAMPLES,
  variables: allVariables(),
  exits: Object.keys(EXIT_STATUSES).map((status) => Number(status) as ExitStatus),
  page: 'ls-auth',
})

function commandTree(
  rows: readonly (Row | Group)[],
  argv: readonly string[],
  ports: Ports,
  { write, end }: { write: (text: string) => void; end: (status: number) => void },
): Command {
  const program = withGlobalOptions(new Command('ls-auth'), ports.env.version)
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHelpWidth: () => helpWidth(ports.terminal.columns),
    })
  configureHelp(program, ports.terminal.columns)
  addCommands(program, rows, argv, ports, end)
  return program
}

function withGlobalOptions(program: Command, version: string): Command {
  program
    .version(version, '-V, --version', 'print the version')
    .option('--profile <name>', 'profile to use (LS_AUTH_PROFILE)')
    .option(
      '--json',
      'print JSON on stdout, and errors as JSON on stderr; --json=FIELDS: only these; --json=?: their names',
    )
    .addOption(
      new Option('--json-fields <list>').hideHelp().argParser((value: string, before?: string) => {
        if (before === undefined || before === value) return value
        throw new Failure('usage', '--json=FIELDS is given twice', { hint: 'Write one list: --json=A,B' })
      }),
    )
    .option(
      '--jq <expression>',
      'print what jq makes of the JSON, each result on a line; exit 6: it failed on the data',
    )
    .option('-q, --quiet', 'print only warnings and errors on stderr')
    .option('--debug', 'print each request on stderr, without secrets')
    .addOption(choice('--color <when>', 'use colours', ['auto', 'always', 'never']).default('auto'))
    .option('--no-pager', 'no pager for long output ($PAGER, else less on Unix)')
    .option('--timeout <seconds>', 'time limit for one network request', positiveNumber)
  addApiFlags(program)
  return program
}

/** The options of every command, those that the help does not repeat too. */
export function globalOptions(): readonly Option[] {
  return [...withGlobalOptions(new Command(), '').options, new Option(HELP_FLAGS, HELP_TEXT)]
}

function positiveNumber(value: string): number {
  const seconds = value.trim() === '' ? Number.NaN : Number(value)
  if (seconds > 0 && seconds <= 86_400) return seconds
  const range = seconds > 0 ? 'too long' : 'too short'
  const what = Number.isFinite(seconds) ? range : 'not a number of seconds'
  throw new Failure('usage', `--timeout: "${safeText(value, 40)}" is ${what}`, {
    hint: 'Write it like --timeout 30: more than 0, at most a day (86400).',
  })
}
