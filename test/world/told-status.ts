import { appendixOf } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { wordOf } from '../../src/cli/first-screen.ts'
import { globalOptions } from '../../src/cli/tree.ts'
import { readLine } from '../../src/cli/typed-line.ts'
import { readTable } from '../../src/cli/verb-row.ts'

/** Throws where a command has ended with a status that its help does not tell. */
export async function requireToldStatus(argv: readonly string[], status: number): Promise<void> {
  const { commands } = readLine(argv, await readTable(COMMANDS, argv), globalOptions())
  const row = commands.at(-1)
  // exec ends with the status of the command that it runs; a group alone prints its help.
  if (row === undefined || 'rows' in row || row.failsWith !== undefined) return
  const words = commands.map(wordOf)
  const told = appendixOf(row, words).exits as readonly number[]
  // `--jq` of any command, as the help of this flag says.
  if (status === 6 && argv.includes('--jq')) return
  if (!told.includes(status))
    throw new Error(
      `ls-auth ${words.join(' ')} has ended with ${status}, and its help tells ${told.join(', ')} only`,
    )
}
