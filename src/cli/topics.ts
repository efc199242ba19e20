import type { Option } from 'commander'
import { EXIT_STATUSES } from '../frame/exit-statuses.ts'
import { allVariables } from '../frame/variables.ts'
import type { Ports } from '../ports/ports.ts'
import { wrap } from '../text/wrap.ts'
import { type Group, type Row, settingFlags, summaries, wordOf } from './command.ts'
import { helpWidth, TOPICS, termsWith } from './help.ts'

/** Commands by what people do with them, in the order of the first screen. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Sign-in': ['login', 'logout', 'status', 'whoami', 'check', 'doctor'],
  Traces: ['trace', 'services', 'attributes', 'query'],
  // All others.
  Programs: [],
  Settings: ['profile', 'audit', 'completion'],
}

const FIRST = [
  ['ls-auth login https://traces.acme.example', "sign in at your team's gateway"],
  ['ls-auth trace search --error', 'find failed traces'],
  ['ls-auth trace get ID', 'show one'],
  ['ls-auth doctor', "find out why something doesn't work"],
] as const

type Rows = readonly (Row | Group)[]

/** `ls-auth --help`: it fits on a screen of 24 lines. */
export function firstScreen(rows: Rows, columns: number): string {
  const named = ['version', ...Object.values(GROUPS).flat()]
  const others = rows.map(wordOf).filter((name) => !named.includes(name))
  const line = (heading: string, names: readonly string[]) => {
    const words = (names.length === 0 ? others : names).map((name) => {
      const row = rows.find((one) => wordOf(one) === name)
      return row && name === 'trace' && 'rows' in row ? `trace ${row.rows.map(wordOf).join('|')}` : name
    })
    const indent = ' '.repeat(11)
    return wrap(`${`${heading}:`.padEnd(11)}${words.join('  ')}`, helpWidth(columns), indent)
  }
  return [
    'Sign in as yourself and read distributed traces from the terminal.',
    '',
    ...termsWith(FIRST, columns),
    '',
    ...Object.entries(GROUPS).map(([heading, names]) => line(heading, names)),
    '',
    'More:      ls-auth COMMAND --help',
    `           ls-auth help ${TOPICS.join(' | ')}`,
    '',
  ].join('\n')
}

/** What `ls-auth help TOPIC` prints. */
export function topic(
  name: (typeof TOPICS)[number],
  rows: Rows,
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
      'Settings of the profile, for one run (login and profile add keep them):',
      ...termsWith(settingFlags().map(termOf), columns),
    ],
    environment: () => termsWith(allVariables(env.platform), columns),
    'exit-codes': () => termsWith(Object.entries(EXIT_STATUSES), columns),
  }
  return `${list[name]().join('\n')}\n`
}
