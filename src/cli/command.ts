import { type Command, Option } from 'commander'
import { choosesJson, type Invocation } from '../commands/invocation.ts'
import { refuseEmpty } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { ALWAYS, type ExitStatus } from '../frame/exit-statuses.ts'
import { describedVariables, type ReadVariable } from '../frame/variables.ts'
import type { Ports } from '../ports/ports.ts'
import { showProgress } from '../progress.ts'
import { isList, type SettingKey, typedFlag } from '../settings/setting-key.ts'
import { API_SETTINGS, SETTING_TABLE, type SettingName } from '../settings/setting-table.ts'
import { safeText } from '../text/safe-text.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { wordOf } from './first-screen.ts'
import { type Appendix, addAppendix, type Example, SETTINGS } from './help.ts'
import type { Values } from './values.ts'

/** One command: its help, its options, and the file that implements it. */
export interface Row {
  /** The word and its arguments: `get <id>`. */
  readonly usage: string
  readonly description: string
  /** Adds its options. Lazy: called only for the command that was typed, to keep every start short. */
  readonly options?: (command: Command) => void
  /** Profile settings that it takes as flags. A flag of the same name may mean something else: `check --audience`. */
  readonly settings?: 'all' | readonly SettingName[]
  /** What a shell offers for each of its arguments, in order; of `value...` for all that follow. */
  readonly completes?: readonly Values[]
  /** Variables that it reads, beyond those of its settings and of every command. */
  readonly variables?: readonly ReadVariable[]
  /** How it can end, beyond what any command can. */
  readonly exits?: readonly ExitStatus[]
  readonly examples: readonly Example[]
  /** Exit status of every failure of its own, where the others are those of the program that it runs. */
  readonly failsWith?: number
  /** Reads its flags (Failure `usage`: before a file, the keychain or the network is touched) and works; gives the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>
}

/** A command with subcommands: `trace get`, `trace search`. */
export interface Group {
  readonly usage: string
  readonly description: string
  readonly examples: readonly Example[]
  readonly rows: readonly Row[]
}

/**
 * Adds only the commands that this command line needs: the typed ones with their options. When none was typed, all of them
 * without options (for help, and to suggest a command for a mistyped one).
 */
export function addCommands(
  parent: Command,
  rows: readonly (Row | Group)[],
  argv: readonly string[],
  ports: Ports,
  end: (status: number) => void,
  path: readonly string[] = [],
): void {
  const typed = rows.filter((row) => argv.includes(wordOf(row)))
  const help = argv.includes('--help') || argv.includes('-h')
  for (const row of typed.length > 0 && !help ? typed : rows) {
    // The names of `--json=FIELDS` are checked before the arguments, and `?` asks for names alone.
    const picks = argv.some((word) => word.startsWith('--json-fields='))
    const usage = picks ? row.usage.replace(/<(.*)>/, '[$1]') : row.usage
    const command = parent.command(usage).description(row.description)
    const meant = typed.includes(row)
    const words = [...path, wordOf(row)]
    if (meant) addAppendix(command, ports.terminal.columns, () => appendixOf(row, words))
    if ('rows' in row) {
      command.summary(`${row.description}: ${row.rows.map(wordOf).join(', ')}`)
      if (meant) addCommands(command, row.rows, argv, ports, end, words)
      continue
    }
    if (meant) addOptions(row, command)
    command.action(async () => end(await runRow(row, invocationOf(row, command, ports))))
  }
}

/** Each command with its arguments, and the first words of what it does. */
export const summaries = (rows: readonly (Row | Group)[]): (readonly [usage: string, does: string])[] =>
  // --version is the usual way.
  rows
    .filter((row) => wordOf(row) !== 'version')
    .flatMap((row) =>
      'rows' in row
        ? summaries(row.rows).map(([usage, does]) => [`${wordOf(row)} ${usage}`, does] as const)
        : [[row.usage, row.description.replace(/[;:] .*/, '')] as const],
    )

/** Adds all options of a command, those of the profile's settings too. */
export function addOptions(row: Row, command: Command): void {
  row.options?.(command)
  takeOneValue(command.options)
  for (const setting of flagSettingsOf(row)) {
    const isFirst = row.settings === 'all' && FIRST_SETTINGS.includes(setting.key)
    for (const option of settingOptions(setting, isFirst ? undefined : SETTINGS)) command.addOption(option)
  }
}

/** The settings that a first sign-in may need, beside other options in the help. */
const FIRST_SETTINGS: readonly string[] = ['issuer', 'client_id', 'api', 'backend']

/** Every flag of a setting. */
export const settingFlags = (): Option[] =>
  flagSettingsOf({ settings: 'all' }).flatMap((setting) => settingOptions(setting))

/**
 * Of an option with one value, two aren't a correction: two files or spans were meant, and the parser would keep the last
 * alone. The same value twice says one thing. Failure `usage`, when the line is parsed. Of `--output` and of flags in place of
 * a setting (`--api`, `--timeout`) the last counts, as elsewhere: an alias or a script may hold them.
 */
function takeOneValue(options: readonly Option[]): void {
  for (const option of options) {
    const { parseArg } = option
    if (!option.required || parseArg === collect || option.long === '--output') continue
    let typed: string | undefined
    option.argParser((value: string, before: unknown) => {
      if (typed !== undefined && typed !== value) {
        throw new Failure('usage', `${option.long} is given twice`, {
          hint: 'Give it once. It takes one value.',
        })
      }
      typed = value
      return parseArg ? parseArg(value, before) : value
    })
  }
}

/** What the help of a command says at its end; `words`: those that a user types for it. */
export function appendixOf(row: Row | Group, words: readonly string[]): Appendix {
  const { variables = [], exits = [], failsWith } = 'rows' in row ? ({} as Partial<Row>) : row
  const always = failsWith === undefined ? ALWAYS : []
  return {
    examples: row.examples,
    variables: describedVariables(variables),
    exits: 'rows' in row ? [] : [...new Set([...always, ...exits])].sort((a, b) => a - b),
    page: ['ls-auth', ...words].join('-'),
  }
}

/** Validates every option before the command does anything. Gives the exit status. */
async function runRow(row: Row, invocation: Invocation): Promise<number> {
  if (choosesJson(invocation)) {
    const names = await (await import('../commands/json-fields.ts')).checkChoice(invocation)
    if (names !== undefined) {
      await invocation.ports.terminal.out(names)
      return 0
    }
    const needed = /<(.*)>/.exec(row.usage)?.[1]
    if (needed !== undefined && invocation.args.length === 0)
      throw new Failure('usage', `missing required argument '${needed}'`)
  }
  try {
    return await row.run(invocation)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { withTypedFlags } = await import('../commands/repeat-flags.ts')
    throw withTypedFlags(error, invocation)
  }
}

type SettingFlag = SettingKey & { readonly flag: string }

/**
 * The flags that say which API to ask, also before the command: `ls-auth --api URL services`. The help shows them at the
 * commands that take them.
 */
export function addApiFlags(program: Command): void {
  for (const setting of flagSettingsOf({ settings: API_SETTINGS })) {
    for (const option of settingOptions(setting)) program.addOption(option.hideHelp())
  }
}

/** Failure `usage`: a flag before the command is none of this command's. */
function refuseForeignFlags(command: Command, names: readonly string[]): void {
  const program = command.parent?.parent ?? command.parent
  const own = new Set(command.options.map((option) => option.attributeName()))
  for (const { flag } of flagSettingsOf({ settings: API_SETTINGS })) {
    if (program?.getOptionValue(flag) === undefined || own.has(flag)) continue
    throw new Failure('usage', `${names.join(' ')} does not take ${typedFlag(flag)}`, {
      hint: `See: ls-auth ${names.join(' ')} --help`,
    })
  }
}

/** Failure `usage`: an option that has a value has an empty one. */
function refuseEmptyFlags(options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) {
    const flag = name === 'jsonFields' ? '--json' : typedFlag(name)
    for (const one of [value].flat()) if (typeof one === 'string') refuseEmpty('usage', flag, one)
  }
}

/** The settings that a command takes as flags. */
function flagSettingsOf({ settings = [] }: Pick<Row, 'settings'>): readonly SettingFlag[] {
  return SETTING_TABLE.filter(
    (row): row is SettingFlag =>
      row.flag !== undefined && (settings === 'all' || settings.includes(row.key as SettingName)),
  )
}

function settingOptions(
  { shape, flag, help, variable, addFlag, addHelp = '' }: SettingFlag,
  group?: string,
): Option[] {
  const option = (name: string, text: string) => {
    const one = new Option(`${typedFlag(name)} <value>`, text)
    if (group !== undefined) one.helpGroup(group)
    return isList({ shape }) ? one.argParser(collect) : one
  }
  const first = option(flag, variable ? `${help} (${variable})` : help)
  return addFlag === undefined ? [first] : [option(addFlag, addHelp), first]
}

/** An option with a fixed list of values. `instead`: what else people mean by a value that is not among them. */
export const choice = (
  flags: string,
  description: string,
  choices: readonly string[],
  instead?: string,
): Option =>
  new Option(flags, description).choices(choices).argParser((value: string) => {
    if (choices.includes(value)) return value
    throw unknownChoice('usage', flags.replace(/ <.*/, ''), value, choices).withMoreHint(instead)
  })

/** Argument parser of an option that may be repeated. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

/** The invocation from what commander has parsed. Failures: `usage`, `refused`. */
function invocationOf(row: Row, command: Command, ports: Ports): Invocation {
  const options = command.optsWithGlobals() as Record<string, unknown>
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  refuseForeignFlags(command, names)
  refuseEmptyFlags(options)
  if (options.json === true && options.output !== undefined && options.output !== 'json') {
    throw new Failure(
      'usage',
      `${options.jq === undefined ? '--json' : '--jq'} and -o ${options.output} ask for two formats`,
      {
        hint: 'Give one of them.',
      },
    )
  }
  ports.terminal.setColor(options.color as 'auto' | 'always' | 'never')
  ports.terminal.setPager(options.pager !== false)
  refuseNodeVariables(ports.env.variables)
  const shown = options.quiet === true ? ports : showProgress(ports)
  return {
    ports: options.debug === true ? withRequestLog(shown) : shown,
    workloadTokens: new Map(),
    noted: new Set(),
    command: names.join(' '),
    args: command.args,
    options,
    settings: Object.fromEntries(
      flagSettingsOf(row)
        .flatMap(({ flag, addFlag }) => (addFlag === undefined ? [flag] : [flag, addFlag]))
        .map((flag) => [flag, options[flag] as string]),
    ),
  }
}

/** The log is loaded when it is asked for. */
function withRequestLog(ports: Ports): Ports {
  return {
    ...ports,
    async http(settings) {
      const { logRequests } = await import('../request-log.ts')
      return logRequests(await ports.http(settings), ports)
    },
  }
}

/**
 * Sections of NODE_DEBUG in which Node 20 or 24 may print a token. Headers of a request: `http`, `https`, `net`. Data of a
 * stream in hex: `stream`. Environment and input of a program: `child_process`.
 */
const TELLING = ['http', 'https', 'net', 'stream', 'child_process']

/** Failure `refused`: a variable that Node itself obeys would give a token away. It cannot be undone in a process that runs. */
function refuseNodeVariables(variables: NodeJS.ProcessEnv): void {
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Failure('refused', 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off', {
      hint: 'Unset it. For a company CA set ca_file in the profile, or NODE_EXTRA_CA_CERTS.',
    })
  }
  const asked = variables.NODE_DEBUG
  if (asked && TELLING.some((section) => isAsked(asked, section))) {
    throw new Failure('refused', `NODE_DEBUG=${safeText(asked, 60)} prints tokens`, {
      hint: 'Unset it. --debug shows each request without its token.',
    })
  }
}

/** Read as Node does: sections between commas, in any case, `*` for any text. */
function isAsked(asked: string, section: string): boolean {
  const pattern = asked
    .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(',', '$|^')
  return new RegExp(`^${pattern}$`, 'i').test(section)
}
