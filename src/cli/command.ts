import { type Command, Option } from 'commander'
import { Failure } from '../errors.ts'
import { ALWAYS } from '../frame/exit-statuses.ts'
import type { Flag } from '../frame/flag.ts'
import { describedVariables } from '../frame/variables.ts'
import type { Ports } from '../ports/ports.ts'
import { isList, typedFlag } from '../settings/setting-key.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { wordOf } from './first-screen.ts'
import { type Appendix, addAppendix, SETTINGS } from './help.ts'
import { flagSettingsOf, invocationOf, type ReadLine, runRow, type SettingFlag } from './run-row.ts'
import type { Group, Row } from './verb-row.ts'

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
    command.action(async () => end(await runRow(row, invocationOf(row, lineOf(command), ports))))
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
  addFlags(row, command)
  takeOneValue(command.options)
  for (const setting of flagSettingsOf(row)) {
    const isFirst = row.settings === 'all' && FIRST_SETTINGS.includes(setting.key)
    for (const option of settingOptions(setting, isFirst ? undefined : SETTINGS)) command.addOption(option)
  }
}

/** Adds the flags of a verb, then `-o`. */
export function addFlags({ flags = {}, formats = [] }: Row, command: Command): void {
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.argument !== undefined) continue
    for (const option of optionsOf(name, flag)) command.addOption(option)
  }
  if (formats.length > 0 && !('output' in flags))
    command.addOption(choice('-o, --output <format>', 'output format', formats))
}

function optionsOf(name: string, flag: Flag<unknown>): Option[] {
  const { help, takes, short, choices, instead, repeats, alias, no, isHidden } = flag
  const typed = [short && `-${short}`, no ? `--no-${name}` : typedFlag(name)].filter(Boolean).join(', ')
  const usage = takes === undefined ? typed : `${typed} ${takes}`
  const option = choices === undefined ? new Option(usage, help) : choice(usage, help, choices, instead)
  if (repeats) option.argParser(collect)
  if (isHidden) option.hideHelp()
  if (alias === undefined) return [option]
  const second = new Option(takes === undefined ? `--${alias}` : `--${alias} ${takes}`).hideHelp()
  second.attributeName = () => name
  if (repeats) second.argParser(collect)
  return [option, second]
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

/**
 * The flags that say which API to ask, also before the command: `ls-auth --api URL services`. The help shows them at the
 * commands that take them.
 */
export function addApiFlags(program: Command): void {
  for (const setting of flagSettingsOf({ settings: API_SETTINGS })) {
    for (const option of settingOptions(setting)) program.addOption(option.hideHelp())
  }
}

/** What commander has read. Failure `usage`: a flag before the command is none of this command's. */
function lineOf(command: Command): ReadLine {
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  const program = command.parent?.parent ?? command.parent
  const own = new Set(command.options.map((option) => option.attributeName()))
  for (const { flag } of flagSettingsOf({ settings: API_SETTINGS })) {
    if (program?.getOptionValue(flag) === undefined || own.has(flag)) continue
    throw new Failure('usage', `${names.join(' ')} does not take ${typedFlag(flag)}`, {
      hint: `See: ls-auth ${names.join(' ')} --help`,
    })
  }
  return { names, args: command.args, options: command.optsWithGlobals() }
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
const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]
