import { COMMANDS } from '../../src/cli/commands.ts'
import { type Group, type Row, readTable } from '../../src/cli/verb-row.ts'

/** A command or a group of them, by the words that a user types: `trace get`. */
export interface Entry {
  readonly words: string
  readonly row: Row | Group
}

/** Every command and every group there is. */
export const ENTRIES: readonly Entry[] = (await readTable(COMMANDS)).flatMap((row) => [
  { words: wordOf(row), row },
  ...('rows' in row
    ? row.rows.map((below) => ({ words: `${wordOf(row)} ${wordOf(below)}`, row: below }))
    : []),
])

function wordOf({ usage }: Row | Group): string {
  return usage.split(' ', 1)[0] as string
}
