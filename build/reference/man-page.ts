import type { Entry, Page } from './pages.ts'

/** Bytes that roff would read as its own, as `groff_char(7)` names them. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\(rs',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
}

/** A manual page of section 1, in the macros of `man(7)`. It holds no date and no version: the same each time. */
export function manPage(page: Page): string {
  const { name, description, usage, below, options, appendix, exits } = page
  const lines = [
    '.\\" Made by npm run docs.',
    `.TH ${roff(name.toUpperCase())} 1 "" "ls\\-auth"`,
    // Neither spread out nor hyphenated: names must be found by a search.
    ...['.ad l', '.nh'],
    ...['.SH NAME', `${roff(name)} \\- ${roff(description)}`],
    ...['.SH SYNOPSIS', styled(usage)],
    ...['.SH DESCRIPTION', `${text(sentence(description))} ${text(STREAMS)}`],
    ...section(
      'COMMANDS',
      below.map((one) => ({ term: one.title, does: `${one.description}; see ${one.name}(1)` })),
    ),
    ...options.flatMap(({ heading, entries }) => section(heading.toUpperCase(), entries)),
    ...['.SH EXAMPLES', ...appendix.examples.flatMap(({ does, line }) => example(does, line))],
    ...section(
      'ENVIRONMENT',
      appendix.variables.map(([term, does]) => ({ term, does })),
    ),
    ...section('FILES', FILES),
    ...section('EXIT STATUS', exits.length > 0 ? exits : OF_A_GROUP),
    ...seeAlso(name),
  ]
  return `${lines.join('\n')}\n`
}

const STREAMS = 'Results go to standard output, messages to standard error.'

const FILES: readonly Entry[] = [
  { term: '~/.config/ls-auth/config.toml', does: 'your profiles and settings; XDG_CONFIG_HOME moves it' },
  { term: '/etc/ls-auth/config.toml', does: 'the settings for everyone on this machine' },
  {
    term: '~/.local/state/ls-auth',
    does: 'sealed sign-ins and the record audit.jsonl; XDG_STATE_HOME moves it',
  },
]

/** A group of commands does nothing by itself. */
const OF_A_GROUP: readonly Entry[] = [
  { term: '0', does: 'help was asked for' },
  { term: '2', does: 'no such command' },
]

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

function section(heading: string, entries: readonly Entry[]): string[] {
  if (entries.length === 0) return []
  return [`.SH ${heading}`, ...entries.flatMap(({ term, does }) => ['.TP', styled(term), text(does)])]
}

/** The pages above: of `trace get` those of `trace` and of the program. */
function seeAlso(name: string): string[] {
  const parts = name.replace('ls-auth', 'ls_auth').split('-')
  const above = parts.slice(1).map((_, i) =>
    parts
      .slice(0, i + 1)
      .join('-')
      .replace('ls_auth', 'ls-auth'),
  )
  return above.length === 0 ? [] : ['.SH SEE ALSO', above.map((page) => `${roff(page)}(1)`).join(', ')]
}

const example = (does: string, line: string): string[] => [
  '.PP',
  text(does),
  '.PP',
  '.EX',
  `    ${roff(line)}`,
  '.EE',
]

/** What is typed in bold, `<what stands for something>` in italics. */
const styled = (term: string): string => `\\fB${roff(term).replace(/<([^>]*)>/g, '\\fI$1\\fB')}\\fR`

/** A line of text: one that begins with a dot or a quote would be a request. */
const text = (words: string): string => `${/^[.']/.test(words) ? '\\&' : ''}${roff(words)}`

/** Any text as roff writes it. */
export const roff = (words: string): string =>
  [...words].map((char) => ESCAPES[char] ?? (char > '~' ? `\\[u${hex(char)}]` : char)).join('')

const hex = (char: string): string =>
  (char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
