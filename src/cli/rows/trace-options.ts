import { type Command, Option } from 'commander'
import { BACKENDS } from '../../backends/table.ts'

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
