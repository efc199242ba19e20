import type { Ports } from '../ports/ports.ts'
import { isList, typedFlag } from '../settings/setting-key.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { COMMANDS } from './commands.ts'
import { wordOf } from './first-screen.ts'
import { flagSettingsOf, invocationOf, type ReadLine, runRow, withOwnHelp } from './run-row.ts'
import { type Row, readTable, type Table } from './verb-row.ts'

/** One spelling of a flag. */
interface Spelling {
  readonly name: string
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
  ['--profile', { name: 'profile', takes: true, isGlobal: true }],
  ['--json', { name: 'json', isGlobal: true }],
  ['--quiet', { name: 'quiet', isGlobal: true }],
  ['-q', { name: 'quiet', isGlobal: true }],
  ['--debug', { name: 'debug', isGlobal: true }],
  ['--no-pager', { name: 'pager', no: true, isGlobal: true }],
]

/** Help, more arguments, and what may be a token: words that mean more than they are. */
const SPECIAL = /^$|^--$|^help$|eyJ/

/**
 * Runs a line that needs no parser: a command with flags that it knows, each once and with a value. It costs a fifth of the
 * program's start. Undefined: commander reads the line, and says what is wrong with it. Throws Failures.
 */
export async function runPlain(argv: readonly string[], ports: Ports): Promise<number | undefined> {
  const line = await readPlain(argv)
  if (line === undefined) return undefined
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
  const [names, args]: [string[], string[]] = [[], []]
  const globals: Record<string, unknown> = { color: 'auto', pager: true }
  const own: Record<string, unknown> = {}
  let rows: Table = table
  let known = new Map(GLOBALS)
  let row: Row | undefined
  const words = argv.values()
  for (const word of words) {
    if (!/^-./.test(word)) {
      const next = row === undefined ? rows.find((one) => wordOf(one) === word) : undefined
      if (row === undefined && next === undefined) return undefined
      if (next === undefined) args.push(word)
      else names.push(word)
      if (next && 'rows' in next) rows = next.rows
      else if (next) {
        ;[row] = (await readTable([next])) as Row[]
        known = new Map(spellingsOf(row as Row))
        for (const { name, no, isGlobal } of known.values()) if (no && !isGlobal) own[name] = true
      }
      continue
    }
    const [flag = '', inline] = word.split(/=(.*)/s)
    const spelling = known.get(flag)
    if (spelling === undefined) return undefined
    const { name, takes, choices, repeats, no, isGlobal } = spelling
    const typed = isGlobal ? globals : own
    const value = takes ? (inline ?? words.next().value) : inline
    // No command has a flag like `-1h`.
    const isFit = takes ? value !== undefined && /^(?!-\D)\s*\S/.test(value) : value === undefined
    const isFirst = typed[name] === undefined || (no && typed[name] === true)
    if (!isFit || (choices && !choices.includes(value as string)) || !(isFirst || repeats)) return undefined
    typed[name] = repeats ? [...((typed[name] as string[]) ?? []), value] : (value ?? !no)
  }
  if (row === undefined || !isRightCount(args.length, row)) return undefined
  return { row, names, args, options: { ...own, ...globals } }
}

/** Every flag of a command as it may be typed. */
function spellingsOf(row: Row): (readonly [string, Spelling])[] {
  const { flags = {}, formats = [] } = row
  const output = { name: 'output', takes: true, choices: formats }
  const settings = flagSettingsOf(row).flatMap((setting) =>
    [setting.flag, setting.addFlag ?? setting.flag].map((name) => {
      const spelling = { name, takes: true, repeats: isList(setting) }
      const isGlobal = (API_SETTINGS as readonly string[]).includes(setting.key)
      return [typedFlag(name), isGlobal ? { ...spelling, isGlobal } : spelling] as const
    }),
  )
  const own = Object.entries(flags).flatMap(
    ([name, { argument, takes, short, choices, repeats, alias, no }]) => {
      if (argument !== undefined) return []
      const spelling = { name, takes: takes !== undefined, choices, repeats, no }
      const typed = [no ? `--no-${name}` : typedFlag(name), short && `-${short}`, alias && `--${alias}`]
      return typed.filter((one) => one !== undefined).map((one) => [one, spelling] as const)
    },
  )
  const outputs = formats.length > 0 ? (['-o', '--output'] as const).map((one) => [one, output] as const) : []
  return [...outputs, ...own, ...settings, ...GLOBALS]
}

/** Whether a command takes so many arguments. */
function isRightCount(count: number, { usage }: Row): boolean {
  const [, ...takes] = usage.split(' ')
  const most = usage.includes('...') ? Number.POSITIVE_INFINITY : takes.length
  return count <= most && count >= takes.filter((one) => one.startsWith('<')).length
}
