import { Command, type Option } from 'commander'
import { addFlags } from '../../../src/cli/command.ts'
import { typedFlag } from '../../../src/settings/setting-key.ts'
import { SETTING_TABLE } from '../../../src/settings/setting-table.ts'
import { ENTRIES } from '../../cli/rows.ts'

/** A command as a hint gives it, word by word. */
export type Words = readonly string[]

const LEAVES = ENTRIES.filter(({ row }) => 'run' in row)
const GLOBAL_VALUES = ['--profile', '--color', '--timeout']

/** A word of a hint that a person replaces, and what stands before it. */
const PLACEHOLDER = /^(URL|ID|SPAN_ID|NAME|FILE|PATH|KEY|VALUE|LIST|CMD|N)$/

/** The commands in a text for people: `ls-auth` and what the command takes, up to the first word of the sentence again. */
export function commandsIn(text: string): Words[] {
  return text.split('\n').flatMap((line) => commandsOf(line))
}

function commandsOf(line: string): Words[] {
  return [...line.matchAll(/\bls-auth (?=[a-z-])/g)].flatMap(({ index }) => {
    const words = [...line.slice(index).matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word)
    const found = commandAt(words)
    return found ? [found] : []
  })
}

function commandAt(words: Words): Words | undefined {
  const spoken = words.slice(1, 3).map(bare)
  if (spoken[0] === '--help') return ['ls-auth', '--help']
  const entry =
    ENTRIES.find(({ words: name }) => name === spoken.join(' ')) ??
    ENTRIES.find(({ words: name }) => name === spoken[0])
  if (!entry) return undefined
  const name = entry.words.split(' ')
  const rest = words.slice(1 + name.length)
  if (isEnd(words[name.length])) return ['ls-auth', ...name]
  if (!('run' in entry.row))
    return rest[0] && bare(rest[0]) === '--help' ? ['ls-auth', ...name, '--help'] : undefined
  return ['ls-auth', ...name, ...taken(rest, entry.row.usage, flagsOf(entry.words))]
}

/** Options and arguments that belong to the command; prose ends it. */
function taken(rest: Words, usage: string, takesValue: ReadonlyMap<string, boolean>): string[] {
  // A new profile is named, though a file names it, too. A trace is, unless a list names many. A setting gets a value.
  let required = [...usage.replace(/(add|get|<key>) \[/, '$1 <').matchAll(/</g)].length
  const found: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] as string
    // Behind it is a command of somebody else.
    if (word === '--') return [...found, word, ...rest.slice(i + 1, i + 2).map(bare)]
    const isOption = takesValue.has(bare(word)) || bare(word) === '--help'
    if (word.startsWith('--') && !isOption) throw new Error(`no option of that command: ${word}`)
    if (!isOption && required < 1 && !PLACEHOLDER.test(bare(word)) && !/^(["']|-$)/.test(word)) break
    if (!isOption) required--
    found.push(bare(word))
    if (isEnd(word)) break
    if (!takesValue.get(word)) continue
    const value = rest[++i]
    if (value === undefined) throw new Error(`${word} lacks its value`)
    found.push(bare(value))
    if (isEnd(value)) break
  }
  return found
}

const isEnd = (word: string | undefined): boolean => word === undefined || /[.,;:)]$/.test(word)
const bare = (word: string): string => word.replace(/[.,;:)]+$/, '').replace(/^(["'])(.*)\1$/, '$2')

/** The command's options, and whether each takes a value. */
function flagsOf(words: string): ReadonlyMap<string, boolean> {
  const row = LEAVES.find((entry) => entry.words === words)?.row
  const command = new Command()
  if (row && 'run' in row) addFlags(row, command)
  const own = command.options.map((option: Option) => [option.long ?? '', option.required] as const)
  const settings = row && 'run' in row ? (row.settings ?? []) : []
  const ofProfile = SETTING_TABLE.filter(
    ({ key }) => settings === 'all' || settings.some((one) => one === key),
  )
    .flatMap(({ flag, addFlag }) => [flag, addFlag])
    .flatMap((flag) => (flag === undefined ? [] : [[typedFlag(flag), true] as const]))
  return new Map([
    ...['--json', '--quiet', '--debug'].map((flag) => [flag, false] as const),
    ...GLOBAL_VALUES.map((flag) => [flag, true] as const),
    ...command.options.flatMap(({ short, required }) => (short ? [[short, required] as const] : [])),
    ...ofProfile,
    ...own,
  ])
}

/** The command with each placeholder replaced; `values` by the word before it and itself (`get ID`), or by either. */
export function filled(words: Words, values: Readonly<Record<string, string>>): string {
  const done = words.map((word, i) => {
    if (!PLACEHOLDER.test(word)) return word
    const before = words[i - 1] as string
    const value = values[`${before} ${word}`] ?? values[before] ?? values[word]
    if (value === undefined) throw new Error(`nothing is known for ${word} in: ${words.join(' ')}`)
    return value
  })
  return done.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ')
}
