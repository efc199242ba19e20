import type { Invocation } from '../commands/invocation.ts'
import type { Example, Verb } from '../frame/verb.ts'
import { readFlags } from '../frame/verb.ts'
import { wordOf } from './first-screen.ts'

/** One command. It has what its verb declares once it was typed, so that each start is short. */
export interface Row extends Partial<Omit<Verb, 'examples' | 'run' | 'args' | 'summary'>> {
  /** The word and its arguments: `get <id>`. */
  readonly usage: string
  readonly description: string
  readonly examples: readonly Example[]
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

/** A command of the table: its word, and all else in a verb, which is loaded when it is needed. */
export interface VerbRow {
  readonly usage: string
  // biome-ignore lint/suspicious/noExplicitAny: a verb of any flags
  readonly verb: () => Promise<Verb<any>>
}

/** The table of commands. */
export type Table = readonly (VerbRow | TableGroup)[]

/** A group of them. */
export interface TableGroup extends Omit<Group, 'rows'> {
  readonly rows: readonly VerbRow[]
}

/** The table with the verbs of the typed words loaded, of a group alone all of its verbs; without `typed` every verb. */
export async function readTable(table: Table, typed?: readonly string[]): Promise<(Row | Group)[]> {
  const isTyped = (one: VerbRow | TableGroup): boolean => typed?.includes(wordOf(one)) ?? true
  const read = async (row: VerbRow, isWanted: boolean): Promise<Row> => {
    const whole = async () => rowOf(row, await row.verb())
    if (isWanted) return whole()
    return {
      ...row,
      description: '',
      examples: [],
      run: async (invocation) => (await whole()).run(invocation),
    }
  }
  return Promise.all(
    table.map(async (one) => {
      if (!('rows' in one)) return read(one, isTyped(one))
      const isAlone = isTyped(one) && !one.rows.some(isTyped)
      return { ...one, rows: await Promise.all(one.rows.map((row) => read(row, isAlone || isTyped(row)))) }
    }),
  )
}

function rowOf({ usage }: VerbRow, verb: Verb): Row {
  const { flags, formats, args, summary = '' } = verb
  return {
    ...verb,
    usage: args === undefined ? usage : `${usage} ${args}`,
    description: summary,
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
