import { Command } from 'commander'
import { ALWAYS, EXIT_STATUSES } from '../frame/exit-statuses.ts'
import { describedVariables } from '../frame/variables.ts'
import { addOptions, summaries } from './command.ts'
import { wordOf } from './first-screen.ts'
import type { Group, Row } from './verb-row.ts'

export interface OptionJson {
  readonly flags: string
  readonly description: string
  /** The values that it takes; null: any. */
  readonly choices: readonly string[] | null
}

/** One command, or a group of them. */
export interface CommandJson {
  /** All its words: `ls-auth trace get`. */
  readonly command: string
  /** The command with its arguments: `ls-auth trace get [id]`. */
  readonly usage: string
  readonly description: string
  readonly options: readonly OptionJson[]
  readonly examples: readonly { readonly does: string; readonly line: string }[]
  /** Variables that it reads, beside those of its options, and what each does. */
  readonly environment: Readonly<Record<string, string>>
  /** Exit statuses, and what each means. */
  readonly exits: Readonly<Record<string, string>>
  /** Empty: it isn't a group. */
  readonly commands: readonly CommandJson[]
}

/** The value of `ls-auth help --json`: every command in a line, at most 4 kB. `ls-auth help --json COMMAND` has the rest. */
export const helpIndex = (version: string, rows: readonly (Row | Group)[]) => ({
  version,
  commands: summaries(rows).map(([usage, description]) => ({ usage: `ls-auth ${usage}`, description })),
})

/**
 * The value of `ls-auth help --json trace get`: one command or group by its words, with its options, and the options of all.
 * Undefined: there is none of these words.
 */
export function helpJson(
  version: string,
  rows: readonly (Row | Group)[],
  globals: readonly Pick<Command['options'][number], 'flags' | 'description' | 'argChoices' | 'hidden'>[],
  words: readonly string[] = [],
) {
  let commands = rows.map((row) => commandJson(row, ['ls-auth']))
  for (const end of words.keys()) {
    const named = ['ls-auth', ...words.slice(0, end + 1)].join(' ')
    const inside = end === 0 ? commands : commands.flatMap((group) => group.commands)
    commands = inside.filter(({ command }) => command === named)
  }
  if (commands.length === 0) return undefined
  return { version, options: globals.filter(({ hidden }) => !hidden).map(optionJson), commands }
}

function commandJson(row: Row | Group, above: readonly string[]): CommandJson {
  const words = [...above, wordOf(row)]
  const named = {
    command: words.join(' '),
    usage: [...above, row.usage].join(' '),
    description: row.description,
    examples: row.examples,
  }
  if ('rows' in row) {
    const commands = row.rows.map((one) => commandJson(one, words))
    return { ...named, options: [], environment: {}, exits: {}, commands }
  }
  const command = new Command()
  addOptions(row, command)
  const { variables = [], exits = [], failsWith } = row
  const statuses = [...new Set([...(failsWith === undefined ? ALWAYS : []), ...exits])].sort((a, b) => a - b)
  return {
    ...named,
    options: command.options.filter(({ hidden }) => !hidden).map(optionJson),
    environment: Object.fromEntries(describedVariables(variables)),
    exits: Object.fromEntries(statuses.map((status) => [status, EXIT_STATUSES[status]])),
    commands: [],
  }
}

const optionJson = ({
  flags,
  description,
  argChoices,
}: Pick<Command['options'][number], 'flags' | 'description' | 'argChoices'>): OptionJson => ({
  flags,
  description,
  choices: argChoices ?? null,
})
