import { wrap } from '../text/wrap.ts'

declare const LS_AUTH_HOMEPAGE: string

/** The address of the documents; none until package.json has a homepage when the program is built. */
export const HOMEPAGE = typeof LS_AUTH_HOMEPAGE === 'string' && LS_AUTH_HOMEPAGE ? [LS_AUTH_HOMEPAGE] : []

interface Named {
  /** The word and its arguments: `get <id>`. */
  readonly usage: string
  /** The commands of a group. */
  readonly rows?: readonly Named[]
}

/** The word that a user types: `get` of `get <id>`. */
export const wordOf = ({ usage }: Named): string => usage.split(' ', 1)[0] as string

/** Columns, in which help is easy to read on a wide terminal. */
const MOST_COLUMNS = 100

/** Width of the help, in columns. */
export const helpWidth = (columns: number): number => Math.min(columns, MOST_COLUMNS)

/** What `ls-auth help` explains beside commands. */
export const TOPICS = ['commands', 'flags', 'environment', 'exit-codes'] as const

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

/** Columns of the longest of these commands. */
const TERM = Math.max(...FIRST.map(([command]) => command.length))

/** `ls-auth --help`: it fits on a screen of 24 lines. */
export function firstScreen(rows: readonly Named[], columns: number): string {
  const width = helpWidth(columns)
  const named = ['version', ...Object.values(GROUPS).flat()]
  const others = rows.map(wordOf).filter((name) => !named.includes(name))
  const line = (heading: string, names: readonly string[]) => {
    const words = (names[0] ? names : others).map((name) => {
      const row = rows.find((one) => wordOf(one) === name)
      return name === 'trace' && row?.rows ? `trace ${row.rows.map(wordOf).join('|')}` : name
    })
    return wrap(`${`${heading}:`.padEnd(11)}${words.join('  ')}`, width, ' '.repeat(11))
  }
  const example = (command: string, does: string) =>
    width < 80 ? `  ${command}\n    ${wrap(does, width - 4, '    ')}` : `  ${command.padEnd(TERM)}  ${does}`
  return [
    wrap('Sign in as yourself and read distributed traces from the terminal.', width),
    '',
    ...FIRST.map(([command, does]) => example(command, does)),
    '',
    ...Object.entries(GROUPS).map(([heading, names]) => line(heading, names)),
    '',
    'More:      ls-auth COMMAND --help',
    `           ${wrap(`ls-auth help ${TOPICS.join(' | ')}`, width - 11, ' '.repeat(11))}`,
    ...HOMEPAGE.map((address) => `           ${address}`),
    '',
  ].join('\n')
}
