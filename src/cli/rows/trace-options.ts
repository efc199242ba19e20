import { type Command, Option } from 'commander'
import { BACKENDS } from '../../backends/table.ts'

/** The options for the time range. */
export const withTimes = (command: Command): Command =>
  command
    .option('--since <duration>', 'how far back to look (1h when not given)')
    .option('--from <time>', 'from this time on (now-1h, or RFC 3339)')
    .option('--to <time>', 'up to this time (now-30m, or RFC 3339)')

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

/** `--errors`, which is taken as if `--error` had been typed, and shown nowhere. */
export function errorsOption(): Option {
  const option = new Option('--errors').hideHelp()
  option.attributeName = () => 'error'
  return option
}
