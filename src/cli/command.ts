import { type Command, Option } from 'commander'
import type { AnyCommand, Typed } from '../commands/cli-command.ts'
import type { Invocation } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { logRequests } from '../request-log.ts'
import { SETTING_TABLE, type SettingKey, type SettingName, typedFlag } from '../settings/setting-table.ts'
import { addExamples, type Example } from './help.ts'

/** One word a user types: what help says of it, its options, and the file that does it. */
export interface Row {
  /** The word and its arguments: `get <id>`. */
  readonly usage: string
  readonly description: string
  /** Called only when the word was typed: options of a hundred other lines are not worth a millisecond to each run. */
  readonly options?: (command: Command) => void
  /** Settings of a profile that it takes as flags, too. Others by such a name are none: `check --audience` asserts. */
  readonly settings?: 'all' | readonly SettingName[]
  readonly examples: readonly Example[]
  readonly load: () => Promise<AnyCommand | ((invocation: Invocation) => Promise<void>)>
}

/** Words below a word: `trace get`, `trace search`. */
export interface Group {
  readonly usage: string
  readonly description: string
  readonly examples: readonly Example[]
  readonly rows: readonly Row[]
}

/**
 * Adds commands as far as this command line can need them: those that were typed, with their options; all of them, bare,
 * when none was (for help, and for what a mistyped word may have meant).
 */
export function addCommands(
  parent: Command,
  rows: readonly (Row | Group)[],
  argv: readonly string[],
  ports: Ports,
): void {
  const typed = rows.filter((row) => argv.includes(wordOf(row)))
  const help = argv.includes('--help') || argv.includes('-h')
  for (const row of typed.length > 0 && !help ? typed : rows) {
    const command = parent.command(row.usage).description(row.description)
    const meant = typed.includes(row)
    if (meant) addExamples(command, row.examples)
    if ('rows' in row) {
      command.summary(`${row.description}: ${row.rows.map(wordOf).join(', ')}`)
      if (meant) addCommands(command, row.rows, argv, ports)
      continue
    }
    if (meant) {
      row.options?.(command)
      for (const setting of settingsOf(row)) command.addOption(settingOption(setting))
    }
    command.action(async () => runRow(row, prepare(row, command, ports)))
  }
}

const wordOf = ({ usage }: Row | Group): string => usage.split(' ', 1)[0] as string

/** Every option is judged before the command does anything. */
async function runRow(row: Row, invocation: Invocation): Promise<void> {
  const command = await row.load()
  if (typeof command === 'function') return command(invocation)
  const { args, options, ports } = invocation
  const typed: Typed = { args, flags: options, json: options.json === true, now: ports.clock.now() }
  await command.run(invocation, command.read(typed) as never)
}

type SettingFlag = SettingKey & { readonly flag: string }

/** The settings that a command takes as flags, from the table of settings. */
function settingsOf({ settings = [] }: Row): readonly SettingFlag[] {
  return SETTING_TABLE.filter(
    (row): row is SettingFlag =>
      row.flag !== undefined && (settings === 'all' || settings.includes(row.key as SettingName)),
  )
}

function settingOption({ shape, flag, help = '', variable }: SettingFlag): Option {
  const option = new Option(`${typedFlag(flag)} <value>`, variable ? `${help} (${variable})` : help)
  if (shape === 'words' || shape === 'ports') option.argParser(collect)
  return option.helpGroup('Settings of the profile:')
}

/** A command line is visible to every user of the machine and stays in the shell's history. */
export const tokenOnLine = (): Failure =>
  new Failure('usage', 'a token does not belong on the command line, where others can read it', {
    hint: 'Pass it on standard input: ls-auth whoami --token -',
  })

/** An option that takes one of a few words. */
export const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices)

/** An option that may be given several times. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

/** What commander read, as the command sees it. */
function prepare(row: Row, command: Command, ports: Ports): Invocation {
  const options = command.optsWithGlobals() as Record<string, unknown>
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  if (options.json === true && options.output !== undefined && options.output !== 'json') {
    throw new Failure('usage', `--json and -o ${options.output} ask for two formats`, {
      hint: 'Give one of them.',
    })
  }
  ports.terminal.setColor(options.color as 'auto' | 'always' | 'never')
  if (ports.env.variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Failure('refused', 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off', {
      hint: 'Unset it. For a company CA set ca_file in the profile, or NODE_EXTRA_CA_CERTS.',
    })
  }
  return {
    ports: options.debug === true ? logRequests(ports) : ports,
    command: names.join(' '),
    args: command.args,
    options,
    settings: Object.fromEntries(settingsOf(row).map(({ flag }) => [flag, options[flag] as string])),
  }
}
