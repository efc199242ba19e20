import type { Row } from './command.ts'
import { argumentsOf, replaced } from './extra-word.ts'

const FLAG = /^--(?:from-)?file(?:=(.+))?$/s
const ID = /^[\da-f]{16}(?:[\da-f]{16})?$/i

/**
 * `trace get --file F`, of a command whose argument may be a file: the line that was probably meant. An id beside it says which
 * trace of the file. Undefined: another option, or another command.
 */
export function fileArgument(
  wrong: string,
  argv: readonly string[],
  args: readonly string[],
  row: Row,
): string[] | undefined {
  const isOneTrace = row.completes?.[0] === 'files' && !argv.some((word) => /^--ids(?:=|$)/.test(word))
  if (!FLAG.test(wrong) || !isOneTrace) return undefined
  const files: string[] = []
  const words = argv.flatMap((word, at) => {
    const [isFlag, value] = FLAG.exec(word) ?? []
    if (isFlag === undefined) return [word]
    const next = argv[at + 1]
    const stays = value === undefined && next !== undefined && !next.startsWith('--')
    files.push(value ?? (stays ? next : 'FILE'))
    return stays ? [] : files.slice(-1)
  })
  const [id, ...others] = args.filter((word) => !files.includes(word))
  if (id === undefined || argumentsOf(row) > 1) return words
  return others.length === 0 && ID.test(id)
    ? replaced(words, words.lastIndexOf(id), 1, ['--trace', id])
    : undefined
}
