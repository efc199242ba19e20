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

/** A command of the table with the rest of its row, which is loaded when the command is typed. */
export interface LazyRow {
  readonly usage: string
  readonly description: string
  readonly rest: () => Promise<Omit<Row, 'usage' | 'description'>>
}

type TableRow = Row | VerbRow | LazyRow

/** The table of commands. */
export type Table = readonly (TableRow | TableGroup)[]

/** A group of them. */
export interface TableGroup extends Omit<Group, 'rows'> {
  readonly rows: readonly TableRow[]
}

/** The table with the rows of the typed words loaded; without `typed` all of them. */
export async function readTable(table: Table, typed?: readonly string[]): Promise<(Row | Group)[]> {
  const read = async (row: TableRow): Promise<Row> => {
    if ('load' in row) return row
    const whole = async () =>
      'verb' in row ? rowOf(row, await row.verb()) : { ...row, ...(await row.rest()) }
    if (typed?.includes(wordOf(row)) ?? true) return whole()
    return { ...row, examples: [], load: async () => (await whole()).load() }
  }
  return Promise.all(
    table.map(async (one) =>
      'rows' in one ? { ...one, rows: await Promise.all(one.rows.map(read)) } : read(one),
    ),
  )
}

function rowOf({ usage, description }: VerbRow, verb: Verb): Row {
  const { flags, formats, settings, completes, variables, exits, examples } = verb
  return {
    usage,
    description,
    examples,
    ...(settings && { settings }),
    ...(completes && { completes }),
    ...(variables && { variables }),
    ...(exits && { exits }),
    options: (command) => addFlags(command, flags, formats),
    load: async () => ({
      read: ({ flags: typed, args, now }) => [readFlags(flags, typed, args, now), now] as const,
      run: async (invocation, [values, now]: readonly [never, number]) => {
        const { output, json } = invocation.options
        const format = json === true ? 'json' : String(output ?? formats[0])
        if (format === 'agent') {
          const { printForAgent } = await import('../frame/print-agent.ts')
          return printForAgent(invocation, (own) => verb.run(own, values, format, now))
        }
        const answer = await verb.run(invocation, values, format, now)
        return answer === undefined
          ? 0
          : (await import('../frame/print.ts')).print(invocation, answer, format)
      },
    }),
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
