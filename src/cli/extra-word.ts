import type { Option } from 'commander'
import { nearName } from '../text/near-name.ts'
import { collect, type Row, wordOf } from './command.ts'
import { takesValue } from './typed-line.ts'

/** A line of a command that takes fewer arguments. */
export interface ExtraWord {
  readonly argv: readonly string[]
  /** Where the first word stands that is too many. */
  readonly at: number
  readonly extra: string
  readonly others: readonly string[]
  readonly options: readonly Option[]
  readonly row: Row
}

/** How many arguments the command takes. */
export const argumentsOf = ({ usage }: Row): number => usage.split(' ').length - 1

/** The line with `words` in the place of `count` words from `at` on. */
export const replaced = (
  argv: readonly string[],
  at: number,
  count: number,
  words: readonly string[],
): string[] => [...argv.slice(0, at), ...words, ...argv.slice(at + count)]

/** The option that is typed as `word`. */
export const named = (options: readonly Option[], word: string | undefined): Option | undefined =>
  options.find(({ long, short }) => word !== undefined && (long === word || short === word))

/** The line that was probably meant; undefined: the word says nothing. */
export const withoutExtra = (line: ExtraWord): string[] | undefined =>
  besideOption(line) ?? asId(line) ?? asOption(line)

/** `--name POST /checkout`, `--min 400 ms`, `--group ops dev`: the value goes on, or there are two. */
function besideOption({ argv, at, extra, others, options }: ExtraWord): string[] | undefined {
  const option = named(options, argv[at - 2])
  const before = argv[at - 1]
  if (option === undefined || before === undefined || !takesValue(option) || isProfileFlag(option))
    return undefined
  if (others.some((word) => argv.lastIndexOf(word) !== at + 1 + others.indexOf(word))) return undefined
  const flag = argv[at - 2] as string
  const rest = [extra, ...others]
  if (option.parseArg === collect) {
    return replaced(
      argv,
      at,
      rest.length,
      rest.flatMap((word) => [flag, word]),
    )
  }
  const value = /^\d+(\.\d+)?$/.test(before) ? before + rest.join('') : [before, ...rest].join(' ')
  return /<(text|name|duration)>/.test(option.flags)
    ? replaced(argv, at - 1, rest.length + 1, [value])
    : undefined
}

const isProfileFlag = ({ long }: Option): boolean => long === '--profile'

const ID = /^(?:[\da-f]{16}|[\da-f]{32})$/i

/** `trace get TRACE SPAN`, `trace get span TRACE`. */
function asId({ argv, at, extra, others, row }: ExtraWord): string[] | undefined {
  if (wordOf(row) !== 'get' || others.length > 0 || !ID.test(extra)) return undefined
  const before = argv[at - 1] ?? ''
  if (/^(?:trace|span|id)$/.test(before)) return replaced(argv, at - 1, 1, [])
  return ID.test(before) && extra.length === 16 ? replaced(argv, at, 1, ['--span', extra]) : undefined
}

/** Two traces, or more. */
export const isManyIds = ({ argv, at, extra, others, row }: ExtraWord): boolean =>
  wordOf(row) === 'get' &&
  [argv[at - 1] ?? '', extra, ...others].every((word) => ID.test(word)) &&
  (others.length > 0 || extra.length === 32)

/**
 * `groups=ops`, `group ops`, `errors`: an option without its dashes. `http.route=/cart`: a condition of the search.
 * Not `token=…`: a secret is not repeated.
 */
function asOption({ argv, at, extra, others, options }: ExtraWord): string[] | undefined {
  const [, name = '', value] = /^([\w.-]+)=(.*)$/.exec(extra) ?? [undefined, extra]
  const shown = options.filter(({ hidden, long }) => !hidden && long !== '--help' && long !== '--token')
  const long = nearName(
    `--${name}`,
    shown.flatMap((option) => option.long ?? []),
  )
  // The name of a file is near to that of no option: `a.json` is not `--json`.
  const option = value === undefined && /[./]/.test(name) ? undefined : named(shown, long)
  if (option?.long && takesValue(option)) {
    if (value !== undefined) return replaced(argv, at, 1, [option.long, value])
    const [next] = others
    return next === undefined ? undefined : replaced(argv, at, 2, [option.long, next])
  }
  if (option?.long && value === undefined && !takesValue(option)) return replaced(argv, at, 1, [option.long])
  return value !== undefined && named(shown, '--attr') ? replaced(argv, at, 1, ['--attr', extra]) : undefined
}
