import { type Group, type Row, wordOf } from './command.ts'

/** What was probably meant. `isWhole`: a whole line to copy, so nothing may follow it. */
export interface Likely {
  readonly text: string
  readonly isWhole: boolean
  /** What happened, where the parser says it wrong. */
  readonly message?: string
}

/** Words of other tools, and the command that they mean here. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  'trace list': 'trace search',
  'trace find': 'trace search',
  'trace show': 'trace get',
  'trace describe': 'trace get',
  'profile unset': 'profile set NAME --unset',
  config: 'profile',
}

/** The command that was probably meant by the word `typed`. Undefined: the parser's own guess is as good. */
export function otherCommand(
  typed: string,
  argv: readonly string[],
  rows: readonly (Row | Group)[],
): Likely | undefined {
  const group = rows.find((row) => 'rows' in row && argv.includes(wordOf(row)))
  const other = OTHER_WORDS[group === undefined ? typed : `${wordOf(group)} ${typed}`]
  if (other !== undefined) return guess([`ls-auth ${other}`])
  const commands = rows.flatMap((one) =>
    'rows' in one
      ? one.rows.filter((row) => wordOf(row) === typed).map((row) => `ls-auth ${wordOf(one)} ${wordOf(row)}`)
      : [],
  )
  if (commands.length > 0) return guess(commands)
  const isId = /^[\da-f]{16,32}$/i.test(typed) && (group === undefined || wordOf(group) === 'trace')
  return isId ? guess(['ls-auth trace get ID']) : undefined
}

const guess = (commands: readonly string[]): Likely => ({
  text: `Did you mean ${commands.join(' or ')}?`,
  isWhole: false,
})
