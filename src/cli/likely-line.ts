import type { Option } from 'commander'
import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../text/shell-word.ts'
import type { Group, Row } from './command.ts'
import { argumentsOf, type ExtraWord, isManyIds, named, replaced, withoutExtra } from './extra-word.ts'
import { fileArgument } from './file-argument.ts'
import { type Likely, otherCommand } from './other-command.ts'
import { readLine } from './typed-line.ts'

/** A command line that the parser did not take. */
export interface WrongLine {
  /** The words behind `ls-auth`. */
  readonly argv: readonly string[]
  readonly rows: readonly (Row | Group)[]
  readonly ports: Ports
}

/**
 * What was probably meant by a line with this error of the parser; undefined: it is the parser's own guess, or none.
 * Reads the settings for names of profiles. `globals`: the options of every command.
 */
export async function likelyLine(
  message: string,
  { argv, rows, ports }: WrongLine,
  globals: readonly Option[],
): Promise<Likely | undefined> {
  const { commands, args, options } = readLine(argv, rows, globals)
  const row = commands.at(-1)
  if (/^too many arguments/.test(message) && row !== undefined && !('rows' in row)) {
    const [extra, ...others] = args.slice(argumentsOf(row))
    if (extra === undefined) return undefined
    const line = { argv, at: argv.lastIndexOf(extra), extra, others, options, row }
    if (isManyIds(line)) return { text: 'For many traces: ls-auth trace get --ids FILE', isWhole: true }
    const better = withoutExtra(line) ?? (await asProfile(line, ports))
    return better && whole(better, ports)
  }
  const wrong = /^unknown option '(-.*)'$/.exec(message)?.[1]
  if (wrong !== undefined) {
    const valued = named(options, wrong) && withoutValue(wrong, argv, ports)
    if (valued) return valued
    if (row === undefined || 'rows' in row) return otherOption(wrong, options)
    const firstArgument = argv.findIndex(
      (_, at) => readLine(argv.slice(0, at + 1), rows, globals).args.length > 0,
    )
    const dashed = ofProgram(wrong, argv, firstArgument, row, ports)
    if (dashed) return dashed
    const better = fileArgument(wrong, argv, args, row)
    return better ? whole(better, ports) : otherOption(wrong, options)
  }
  const typed = /^unknown command '(.*)'$/.exec(message)?.[1]
  if (typed === undefined) return undefined
  const profile = argv.includes('profile') && (await isProfile(typed, ports))
  return profile ? ofProfile(typed, ports) : otherCommand(typed, argv, rows)
}

const whole = (words: readonly string[], { env }: Ports): Likely => ({
  text: `Did you mean: ls-auth ${shellLine(words, env)}`,
  isWhole: true,
})

const shellLine = (words: readonly string[], { platform }: Ports['env']): string =>
  words.map((word) => shellWord(word, platform)).join(' ')

/** `--error=true`: the parser knows no such option, where it is a switch. What is switched off is left out. */
function withoutValue(flag: string, argv: readonly string[], ports: Ports): Likely | undefined {
  const at = argv.findIndex((word) => word.startsWith(`${flag}=`))
  if (at < 0) return undefined
  const isOff = /=(|0|no|off|false)$/i.test(argv[at] as string)
  return { ...whole(replaced(argv, at, 1, isOff ? [] : [flag]), ports), message: `${flag} takes no value` }
}

/** `exec sh -c x`: a flag of the program that is to be run. */
function ofProgram(
  wrong: string,
  argv: readonly string[],
  program: number,
  { completes }: Row,
  { env }: Ports,
): Likely | undefined {
  const isBehind = argv.findIndex((word) => word.startsWith(wrong)) > program
  if (completes?.[0] !== 'programs' || program < 0 || !isBehind) return undefined
  const words = [...argv.slice(0, program), '--', ...argv.slice(program)]
  return { text: `Put it behind two dashes: ls-auth ${shellLine(words, env)}`, isWhole: true }
}

/** `logout work`. */
const asProfile = async ({ argv, at, extra }: ExtraWord, ports: Ports): Promise<string[] | undefined> =>
  (await isProfile(extra, ports)) ? replaced(argv, at, 1, ['--profile', extra]) : undefined

async function isProfile(word: string, ports: Ports): Promise<boolean> {
  const { knownNames } = await import('../commands/completion/known-names.ts')
  const profiles = await knownNames('profiles', {}, ports).catch(() => [])
  return profiles.some(({ value }) => value === word)
}

/** `profile work`. */
function ofProfile(name: string, { env }: Ports): Likely {
  const word = shellWord(name, env.platform)
  return { text: `Did you mean ls-auth profile use ${word} or ls-auth profile show ${word}?`, isWhole: false }
}

/** Names of options that other tools have, and ours. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '-v': '--version',
  '-p': '--profile',
  '--operation': '--name',
  '--attribute': '--attr',
  '--tag': '--attr',
  '--min-duration': '--min',
  '--max-duration': '--max',
  '--lookback': '--since',
  // Of a command that has no other form than JSON, so no `-o` at all.
  '-o': '--json',
  '-ojson': '--json',
  '--output': '--json',
}

/** `-profile`, `-p`, `--operation`. */
function otherOption(wrong: string, options: readonly Option[]): Likely | undefined {
  const meant = OTHER_NAMES[wrong] ?? `-${wrong}`
  return named(options, meant) && { text: `Did you mean ${meant}?`, isWhole: false }
}
