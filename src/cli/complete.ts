import type { Option } from 'commander'
import { knownNames } from '../commands/known-names.ts'
import type { Completion } from '../frame/verb.ts'
import type { Ports } from '../ports/ports.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { valuesInTable } from '../settings/values-in-tables.ts'
import { safeText } from '../text/safe-text.ts'
import { COMMANDS } from './commands.ts'
import { TOPICS, wordOf } from './first-screen.ts'
import { globalOptions } from './tree.ts'
import { readLine, type TypedLine } from './typed-line.ts'
import { type Group, type Row, readTable } from './verb-row.ts'

/** A word that a shell may put in, and what it is for. */
export interface Candidate {
  readonly value: string
  readonly about: string
}

/** What a shell offers: names of files, which it knows best itself, or these words. */
export type Offer = 'files' | readonly Candidate[]

/** Characters of a name; longer ones are not typed. */
const LONGEST_NAME = 200

/**
 * `ls-auth __complete --word=WORD -- BEFORE…`, which the scripts of `ls-auth completion` call: prints what can stand in
 * the place of WORD, after the words before it, the program's own name included. First line: `files` or `words`; then
 * each word with a tab and what it is for. The shell chooses those that begin as WORD does.
 * Never throws, prints no error, sends nothing, asks no keychain. The word is a flag of its own, since an older
 * PowerShell drops an empty argument.
 */
export async function complete(argv: readonly string[], ports: Ports): Promise<void> {
  const [word = '', , , ...before] = argv
  const offer = await offerFor(before, word.replace(/^--word=/, ''), ports).catch(() => [])
  const lines = offer === 'files' ? ['files'] : ['words', ...offer.filter(isHarmless).map(line)]
  await ports.terminal.out(`${lines.join('\n')}\n`)
}

const line = ({ value, about }: Candidate): string => `${value}\t${safeText(about, 100)}`

/** Names come from servers and from files of others: none that would steer the terminal. */
const isHarmless = ({ value }: Candidate): boolean =>
  value !== '' && value.length <= LONGEST_NAME && safeText(value) === value

/** What can be typed in the place of `word`. */
async function offerFor(before: readonly string[], word: string, ports: Ports): Promise<Offer> {
  const isHelp = before[0] === 'help'
  const rows = await readTable(COMMANDS, before)
  const line = readLine(isHelp ? before.slice(1) : before, rows, globalOptions())
  if (line.waiting !== undefined) return offerOf(valuesOf(line.waiting), line, ports)
  const [flag = '', value] = word.split('=')
  const option =
    value === undefined ? undefined : line.options.find(({ short, long }) => short === flag || long === flag)
  if (option !== undefined) return behind(`${flag}=`, await offerOf(valuesOf(option), line, ports))
  if (word.startsWith('-')) return line.options.filter(({ hidden }) => !hidden).flatMap(optionCandidates)
  if (line.unknown !== undefined) return []
  const last = line.commands.at(-1)
  if (last === undefined) return [...(await commandsLike(word)), ...(isHelp ? words(TOPICS) : [HELP])]
  if ('rows' in last) return last.rows.map(commandCandidate)
  return isHelp ? [] : offerOf(argumentValues(last, line.args.length), line, ports)
}

const HELP: Candidate = { value: 'help', about: 'show the help of a command' }

const commandCandidate = (row: Row | Group): Candidate => ({ value: wordOf(row), about: row.description })

/** All commands. Of those that begin like the word, the verbs are loaded that say what they are for. */
async function commandsLike(word: string): Promise<Candidate[]> {
  const near = COMMANDS.filter((one) => !('rows' in one) && wordOf(one).startsWith(word)).map(wordOf)
  return (await readTable(COMMANDS, near)).map(commandCandidate)
}

const optionCandidates = ({ long, short, description }: Option): Candidate[] =>
  [long, short?.startsWith('--') ? short : undefined].flatMap((value) =>
    value === undefined ? [] : [{ value, about: description }],
  )

/** The values of the argument with this index. */
function argumentValues({ usage, completes = [] }: Row, index: number): Completion | undefined {
  const names = usage.split(' ').slice(1)
  const isEndless = names.at(-1)?.includes('...') === true
  return isEndless ? completes[Math.min(index, names.length - 1)] : completes[index]
}

async function offerOf(values: Completion | undefined, line: TypedLine, ports: Ports): Promise<Offer> {
  if (values === undefined || values === 'files') return values ?? []
  // A program of the directory, or the files that it is given.
  if (values === 'programs') return 'files'
  if (typeof values === 'object') return words(values)
  if (values === 'setting names') return words(await settingNames())
  if (values === 'setting values') return words(settingValues(line.args[0] ?? '') ?? [])
  return knownNames(values, line.values, ports)
}

/** What `profile set` takes: a value in a table has a name of its own, and a secret is not typed there. */
async function settingNames(): Promise<string[]> {
  return SETTING_TABLE.filter(({ key }) => key !== 'client_secret').flatMap(({ key, shape }) =>
    shape === 'table' ? valuesInTable(key) : [key],
  )
}

const words = (values: readonly string[]): Candidate[] => values.map((value) => ({ value, about: '' }))

const behind = (prefix: string, offer: Offer): Offer =>
  offer === 'files' ? offer : offer.map(({ value, about }) => ({ value: prefix + value, about }))

/** Options whose values are known, and aren't fixed list that the parser checks. */
const OF_OPTIONS: Readonly<Record<string, Completion>> = {
  '--profile': 'profiles',
  '--service': 'services',
  '--store-key-file': 'files',
  '--prompt': ['login', 'consent', 'select_account', 'none'],
}

/** What a shell offers as the value of an option; undefined: unknown. */
function valuesOf(option: Option): Completion | undefined {
  if (option.argChoices !== undefined) return option.argChoices
  const known = OF_OPTIONS[option.long ?? '']
  if (known !== undefined) return known
  if (/<file>/.test(option.flags)) return 'files'
  const setting = SETTING_TABLE.find(({ flag }) => flag !== undefined && typedFlag(flag) === option.long)
  return setting && settingValues(setting.key)
}

/** The words that a setting can be; undefined: any text. */
function settingValues(key: string): readonly string[] | undefined {
  const shape = SETTING_TABLE.find((row) => row.key === key)?.shape
  if (shape === 'boolean') return ['true', 'false']
  return typeof shape === 'object' ? shape : undefined
}
