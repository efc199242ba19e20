import type { Option } from 'commander'
import { EXIT_STATUSES } from '../frame/exit-statuses.ts'
import { allVariables } from '../frame/variables.ts'
import type { Ports } from '../ports/ports.ts'
import { settingFlags, summaries } from './command.ts'
import type { TOPICS } from './first-screen.ts'
import { termsWith } from './help.ts'

/** What `ls-auth help TOPIC` prints. */
export function topic(
  name: (typeof TOPICS)[number],
  rows: Parameters<typeof summaries>[0],
  globals: readonly Option[],
  { terminal, env }: Ports,
): string {
  const { columns } = terminal
  const termOf = ({ flags, description }: Option) => [flags, description] as const
  const list = {
    commands: () => termsWith(summaries(rows), columns),
    flags: () => [
      'Every command takes:',
      ...termsWith(globals.filter(({ hidden }) => !hidden).map(termOf), columns),
      '',
      'Settings of the profile, for one run (login and profile add save them):',
      ...termsWith(settingFlags().map(termOf), columns),
    ],
    environment: () => termsWith(allVariables(env.platform), columns),
    'exit-codes': () => termsWith(Object.entries(EXIT_STATUSES), columns),
  }
  return `${list[name]().join('\n')}\n`
}
