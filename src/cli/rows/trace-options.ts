import { type Command, Option } from 'commander'
import { BACKENDS } from '../../backends/table.ts'
import { AGENT_LIST_FORMATS } from '../../trace/formats/output-choices.ts'
import { choice, collect } from '../command.ts'

/** The conditions on one span that a search knows. */
export const spanConditions = (command: Command): Command =>
  command
    .option('--service <name>', 'a span of this service')
    .option('--name <name>', 'a span of exactly this name')
    .option(
      '--attr <key=value>',
      'a span with this attribute (repeatable; also key!=value, key>=500, key=~regex for the whole value)',
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
  command.option('--file <file>', 'read a trace file instead of the back end (- for standard input)')

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
export const agentListFormat = (command: Command): Command =>
  command.addOption(choice('-o, --output <format>', 'how to print it', AGENT_LIST_FORMATS))

/** `--errors`, which is taken as if `--error` had been typed, and shown nowhere. */
export function errorsOption(): Option {
  const option = new Option('--errors').hideHelp()
  option.attributeName = () => 'error'
  return option
}
