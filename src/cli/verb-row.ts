import { type Command, Option } from 'commander'
import type { Flag, Flags } from '../frame/flag.ts'
import { readFlags, type Verb } from '../frame/verb.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { choice, collect, type Group, type Row } from './command.ts'
import { wordOf } from './first-screen.ts'

/** A command of the table whose flags, examples and work are in a verb, which is loaded when the command is typed. */
export interface VerbRow {
  readonly usage: string
  readonly description: string
  // biome-ignore lint/suspicious/noExplicitAny: a verb of any flags
  readonly verb: () => Promise<Verb<any>>
}

/** The table of commands. */
export type Table = readonly (VerbRow | TableGroup)[]

/** A group of them. */
export interface TableGroup extends Omit<Group, 'rows'> {
  readonly rows: readonly VerbRow[]
}

/** The table with the rows of the typed words loaded; without `typed` all of them. */
export async function readTable(table: Table, typed?: readonly string[]): Promise<(Row | Group)[]> {
  const read = async (row: VerbRow): Promise<Row> => {
    const whole = async () => rowOf(row, await row.verb())
    if (typed?.includes(wordOf(row)) ?? true) return whole()
    return { ...row, examples: [], run: async (invocation) => (await whole()).run(invocation) }
  }
  return Promise.all(
    table.map(async (one) =>
      'rows' in one ? { ...one, rows: await Promise.all(one.rows.map(read)) } : read(one),
    ),
  )
}

function rowOf({ usage, description }: VerbRow, verb: Verb): Row {
  const { flags, formats, settings, completes, variables, exits, examples, failsWith } = verb
  return {
    usage,
    description,
    examples,
    ...(settings && { settings }),
    ...(completes && { completes }),
    ...(variables && { variables }),
    ...(exits && { exits }),
    ...(failsWith !== undefined && { failsWith }),
    options: (command) => addFlags(command, flags, formats),
    async run(invocation) {
      const { args, options, ports } = invocation
      const now = ports.clock.now()
      const values = readFlags(flags, options, args, now)
      const format = options.json === true ? 'json' : String(options.output ?? formats[0])
      if (format === 'agent') {
        const { printForAgent } = await import('../frame/print-agent.ts')
        return printForAgent(invocation, (own) => verb.run(own, values, format, now))
      }
      const answer = await verb.run(invocation, values, format, now)
      const { exit = 0, ...shown } = answer ?? {}
      if (answer === undefined || Object.keys(shown).length === 0) return exit
      return (await import('../frame/print.ts')).print(invocation, answer, format)
    },
  }
}

/** Adds the flags of a verb, then `-o`. */
function addFlags(command: Command, flags: Flags, formats: readonly string[]): void {
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
