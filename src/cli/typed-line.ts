import { Command, type Option } from 'commander'
import { addOptions } from './command.ts'
import { wordOf } from './first-screen.ts'
import type { Group, Row } from './verb-row.ts'

/** The meaning of the words before the cursor. It judges nothing: the line isn't finished. */
export interface TypedLine {
  /** The group and the command, as far as the person typed them. */
  readonly commands: readonly (Row | Group)[]
  /** A word where no command is called so. */
  readonly unknown: string | undefined
  /** Arguments of the command. */
  readonly args: readonly string[]
  /** Values of options, the last one of each, by attribute name: `clientId`. */
  readonly values: Readonly<Record<string, string>>
  /** The option whose value comes next. */
  readonly waiting: Option | undefined
  /** Options that can be typed here; none after `--`. */
  readonly options: readonly Option[]
}

/** Reads the words of a line behind `ls-auth`. `globals`: the options of every command. */
export function readLine(
  words: readonly string[],
  rows: readonly (Row | Group)[],
  globals: readonly Option[],
): TypedLine {
  const commands: (Row | Group)[] = []
  const args: string[] = []
  const values: Record<string, string> = {}
  let options = globals
  let unknown: string | undefined
  let waiting: Option | undefined
  let onlyArguments = false
  for (const word of words) {
    const last = commands.at(-1)
    if (waiting !== undefined) {
      values[waiting.attributeName()] = word
      waiting = undefined
    } else if (!onlyArguments && word === '--') onlyArguments = true
    else if (!onlyArguments && word.startsWith('-') && word !== '-') {
      const [flag = '', ...value] = word.split('=')
      const option = options.find(({ short, long }) => short === flag || long === flag)
      if (option === undefined || !takesValue(option)) continue
      if (word.includes('=')) values[option.attributeName()] = value.join('=')
      else waiting = option
    } else if (last !== undefined && !('rows' in last)) args.push(word)
    else {
      const found = (last?.rows ?? rows).find((row) => wordOf(row) === word)
      if (found === undefined) unknown ??= word
      else commands.push(found)
      if (found !== undefined && !('rows' in found)) options = [...optionsOf(found), ...globals]
    }
  }
  return { commands, unknown, args, values, waiting, options: onlyArguments ? [] : options }
}

/** Whether a value follows the option. */
export const takesValue = (option: Option): boolean => option.required || option.optional

/** The options of a command, without those of every command. */
export function optionsOf(row: Row): readonly Option[] {
  const command = new Command(wordOf(row))
  addOptions(row, command)
  return command.options
}
