import { type Command, Option } from 'commander'
import { BACKENDS } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { LIST_FORMATS } from '../../trace/formats/output-choices.ts'
import { choice, collect } from '../command.ts'

/**
 * Argument parser of an option of which two values are no correction: of two files or two services both were meant, and the
 * parser would keep the last.
 */
export const once =
  (flag: string) =>
  (value: string, before: string | undefined): string => {
    if (before === undefined || before === value) return value
    throw new Failure('usage', `${flag} is given twice`, { hint: 'Give it once: it takes one value.' })
  }

/** The conditions on one span that a search knows. */
export const spanConditions = (command: Command): Command =>
  command
    .option('--service <name>', 'a span of this service', once('--service'))
    .option('--name <name>', 'a span of exactly this name', once('--name'))
    .option(
      '--attr <key=value>',
      'a span with this attribute (repeatable; also key!=value, key>=500, key=~regex)',
      collect,
    )
    .option(
      '--min <duration>',
      'a span that took at least this long (without other filters: the whole trace)',
    )
    .option('--max <duration>', 'a span that took at most this long (without other filters: the whole trace)')

/** The options for the time range. */
export const withTimes = (command: Command): Command =>
  command
    .option('--since <duration>', 'how far back to look (1h when not given)')
    .option('--from <time>', 'from this time on (now-1h, or RFC 3339)')
    .option('--to <time>', 'up to this time (now-30m, or RFC 3339)')

/** The option for a file. */
export const fromFile = (command: Command): Command =>
  command.option(
    '--file <file>',
    'read a trace file instead of the back end (- for standard input)',
    once('--file'),
  )

/** Options of single back ends. */
export function ownFlags(command: Command): Command {
  for (const { name, flags = [] } of BACKENDS) {
    for (const { flag, help } of flags) command.option(flag, `${name}: ${help}`)
  }
  return command
}

/** The option against masking. */
export const sensitive = (command: Command): Command =>
  command.option('--show-sensitive', 'do not mask what looks like secrets or personal data')

/** The formats of a list. */
export const listFormat = (command: Command): Command =>
  command.addOption(choice('-o, --output <format>', 'how to print it', LIST_FORMATS))

/** Another spelling of an option, which is taken as if the first had been typed, and shown nowhere. `first`: by its camelCase name. */
export function otherName(flags: string, first: string): Option {
  const option = new Option(flags).hideHelp()
  option.attributeName = () => first
  return option
}
