import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Ports } from '../ports/ports.ts'
import { isList, typedFlag } from '../settings/setting-key.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { COMMANDS } from './commands.ts'
import { wordOf } from './first-screen.ts'
import {
  flagSettingsOf,
  invocationOf,
  type ReadLine,
  runRow,
  type SettingFlag,
  withOwnHelp,
} from './run-row.ts'
import { type Row, readTable, type Table } from './verb-row.ts'

/** One spelling of a flag. */
interface Spelling {
  readonly name: string
  readonly short?: string | undefined
  /** A value follows. */
  readonly takes?: boolean
  readonly choices?: readonly string[] | undefined
  readonly repeats?: boolean | undefined
  /** A switch that is on by default. */
  readonly no?: boolean | undefined
  /** It may also stand before the command, and its value goes before that of the command. */
  readonly isGlobal?: true
}

/** Flags of every command that scripts and people type often. */
const GLOBALS: readonly (readonly [string, Spelling])[] = [
  ['profile', { name: 'profile', takes: true, isGlobal: true }],
  ['json', { name: 'json', isGlobal: true }],
  ['quiet', { name: 'quiet', short: 'q', isGlobal: true }],
  ['debug', { name: 'debug', isGlobal: true }],
  ['no-pager', { name: 'pager', no: true, isGlobal: true }],
]

/** Help, more arguments, and what may be a token: words that mean more than they are. */
const SPECIAL = /^$|^--$|^help$|eyJ/

/**
 * Runs one command line, and gives the exit status. A plain one needs no parser: a command with flags that it knows, each once
 * and with a value. That saves a fifth of the program's start. commander reads any other, and says what is wrong with it. Throws
 * Failures.
 */
export async function runLine(argv: readonly string[], ports: Ports): Promise<number> {
  const line = await readPlain(argv)
  if (line === undefined) return (await import('./tree.ts')).runCommand(argv, ports)
  try {
    return await runRow(line.row, invocationOf(line.row, line, ports))
  } catch (error) {
    throw withOwnHelp(error, line.row, line.names)
  }
}

/** Reads a plain line as commander does; undefined: it isn't plain. */
export async function readPlain(
  argv: readonly string[],
  table: Table = COMMANDS,
): Promise<(ReadLine & { readonly row: Row }) | undefined> {
  if (argv.some((word) => SPECIAL.test(word))) return undefined
  const found = await findRow(argv, table)
  if (found === undefined) return undefined
  const { row, names } = found
  const spellings = new Map(spellingsOf(row))
  const own: Record<string, unknown> = {}
  for (const { name, no, isGlobal } of spellings.values()) if (no && !isGlobal) own[name] = true
  const globals: Record<string, unknown> = { color: 'auto', pager: true }
  const words: string[] = []
  for (const token of tokensOf(argv, spellings)) {
    if (token.kind === 'option-terminator') return undefined
    if (token.kind === 'positional') {
      words.push(token.value)
      continue
    }
    const spelling = spellings.get(token.name)
    if (spelling === undefined) return undefined
    const { name, takes, choices, repeats, no, isGlobal } = spelling
    if (!isGlobal && words.length < names.length) return undefined
    const { value } = token
    const typed = isGlobal ? globals : own
    // No command has a flag like `-1h`.
    const isFit = takes ? value !== undefined && /^(?!-\D)\s*\S/.test(value) : value === undefined
    if (!isFit || (choices && !choices.includes(value as string))) return undefined
    const isFirst = typed[name] === undefined || (no && typed[name] === true)
    if (!(isFirst || repeats)) return undefined
    typed[name] = repeats ? [...((typed[name] as string[]) ?? []), value] : (value ?? !no)
  }
  const args = words.slice(names.length)
  return isRightCount(args.length, row) ? { row, names, args, options: { ...own, ...globals } } : undefined
}

/** The command that is typed, and its words. */
async function findRow(argv: readonly string[], table: Table) {
  const everywhere = new Map([...GLOBALS, ...ofSettings(flagSettingsOf({ settings: API_SETTINGS }))])
  const names: string[] = []
  let rows: Table = table
  for (const token of tokensOf(argv, everywhere)) {
    if (token.kind !== 'positional') continue
    const next = rows.find((one) => wordOf(one) === token.value)
    if (next === undefined) return undefined
    names.push(token.value)
    if (!('rows' in next)) return { row: (await readTable([next]))[0] as Row, names }
    rows = next.rows
  }
  return undefined
}

function tokensOf(argv: readonly string[], spellings: ReadonlyMap<string, Spelling>) {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, { takes, short }] of spellings)
    options[name] = { type: takes ? 'string' : 'boolean', ...(short && { short }) }
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

/** Every flag of a command as it may be typed. */
function spellingsOf(row: Row): (readonly [string, Spelling])[] {
  const { flags = {}, formats = [] } = row
  const output = { name: 'output', short: 'o', takes: true, choices: formats }
  const own = Object.entries(flags).flatMap(
    ([name, { argument, takes, short, choices, repeats, alias, no }]) => {
      if (argument !== undefined) return []
      const spelling = { name, short, takes: takes !== undefined, choices, repeats, no }
      const typed = no ? `no-${name}` : typedFlag(name).slice(2)
      return [
        [typed, spelling] as const,
        ...(alias ? [[alias, { ...spelling, short: undefined }] as const] : []),
      ]
    },
  )
  const outputs = formats.length > 0 ? [['output', output] as const] : []
  return [...outputs, ...own, ...ofSettings(flagSettingsOf(row)), ...GLOBALS]
}

const ofSettings = (settings: readonly SettingFlag[]): (readonly [string, Spelling])[] =>
  settings.flatMap((setting) =>
    [setting.flag, setting.addFlag ?? setting.flag].map((name) => {
      const spelling = { name, takes: true, repeats: isList(setting) }
      const isGlobal = (API_SETTINGS as readonly string[]).includes(setting.key)
      return [typedFlag(name).slice(2), isGlobal ? { ...spelling, isGlobal } : spelling] as const
    }),
  )

/** Whether a command takes so many arguments. */
function isRightCount(count: number, { usage }: Row): boolean {
  const [, ...takes] = usage.split(' ')
  const most = usage.includes('...') ? Number.POSITIVE_INFINITY : takes.length
  return count <= most && count >= takes.filter((one) => one.startsWith('<')).length
}
