import { checkedChoice, type Invocation, loadHints } from '../commands/invocation.ts'
import { refuseEmpty } from '../empty-value.ts'
import { FAILURES, Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { showProgress } from '../progress.ts'
import { type SettingKey, typedFlag } from '../settings/setting-key.ts'
import { SETTING_TABLE, type SettingName } from '../settings/setting-table.ts'
import { safeText } from '../text/safe-text.ts'
import type { Row } from './verb-row.ts'

/** A setting with a flag. */
export type SettingFlag = SettingKey & { readonly flag: string }

/** Validates every option before the command does anything. Gives the exit status. */
export async function runRow(row: Row, invocation: Invocation): Promise<number> {
  const names = await checkedChoice(invocation, row.usage)
  if (names !== undefined) {
    await invocation.ports.terminal.out(names)
    return 0
  }
  try {
    return await row.run(invocation)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { withTypedFlags } = await loadHints()
    throw withTypedFlags(error, invocation)
  }
}

/** A failure of a command: its hint leads to the command's own help, and the command may have a status for it. */
export function withOwnHelp(error: unknown, row: Row | undefined, names: readonly string[]): unknown {
  if (!(error instanceof Failure)) return error
  const isPlain = error.code === 'usage' && error.hint === FAILURES.usage.hint
  const helped = isPlain ? error.withHint(helpOf(names)) : error
  // Where a command runs other programs, none of theirs is likely to have its status.
  return row?.failsWith === undefined || helped.exit > 125 ? helped : helped.withExit(row.failsWith)
}

/** The hint at the help of a command; no names: at the general one. */
export const helpOf = (names: readonly string[]): string => `See: ${['ls-auth', ...names].join(' ')} --help`

/** Failure `usage`: an option that has a value has an empty one. */
function refuseEmptyFlags(options: ReadLine['options']): void {
  for (const [name, value] of Object.entries(options)) {
    const flag = name === 'jsonFields' ? '--json' : typedFlag(name)
    for (const one of [value].flat()) if (typeof one === 'string') refuseEmpty('usage', flag, one)
  }
}

/** The settings that a command takes as flags. */
export function flagSettingsOf({ settings = [] }: Pick<Row, 'settings'>): readonly SettingFlag[] {
  return SETTING_TABLE.filter(
    (row): row is SettingFlag =>
      row.flag !== undefined && (settings === 'all' || settings.includes(row.key as SettingName)),
  )
}

/** A typed line, read: the words of its command, its arguments, and its options by attribute name. */
export interface ReadLine {
  readonly names: readonly string[]
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** The invocation from a line that was read. Failures: `usage`, `refused`. */
export function invocationOf(row: Row, { names, args, options }: ReadLine, ports: Ports): Invocation {
  refuseEmptyFlags(options)
  if (options.json === true && options.output !== undefined && options.output !== 'json') {
    throw new Failure(
      'usage',
      `${options.jq === undefined ? '--json' : '--jq'} and -o ${options.output} ask for two formats`,
      {
        hint: 'Give one of them.',
      },
    )
  }
  ports.terminal.setColor(options.color as 'auto' | 'always' | 'never')
  ports.terminal.setPager(options.pager !== false)
  refuseNodeVariables(ports.env.variables)
  const shown = options.quiet === true ? ports : showProgress(ports)
  return {
    ports: options.debug === true ? withRequestLog(shown) : shown,
    workloadTokens: new Map(),
    noted: new Set(),
    command: names.join(' '),
    args,
    options,
    settings: Object.fromEntries(
      flagSettingsOf(row)
        .flatMap(({ flag, addFlag }) => (addFlag === undefined ? [flag] : [flag, addFlag]))
        .map((flag) => [flag, options[flag] as string]),
    ),
  }
}

/** The log is loaded when it is asked for. */
function withRequestLog(ports: Ports): Ports {
  return {
    ...ports,
    async http(settings) {
      const { logRequests } = await import('../request-log.ts')
      return logRequests(await ports.http(settings), ports)
    },
  }
}

/**
 * Sections of NODE_DEBUG in which Node 20 or 24 may print a token. Headers of a request: `http`, `https`, `net`. Data of a
 * stream in hex: `stream`. Environment and input of a program: `child_process`.
 */
const TELLING = ['http', 'https', 'net', 'stream', 'child_process']

/** Failure `refused`: a variable that Node itself obeys would give a token away. It cannot be undone in a process that runs. */
function refuseNodeVariables(variables: NodeJS.ProcessEnv): void {
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Failure('refused', 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off', {
      hint: 'Unset it. For a company CA set ca_file in the profile, or NODE_EXTRA_CA_CERTS.',
    })
  }
  const asked = variables.NODE_DEBUG
  if (asked && TELLING.some((section) => isAsked(asked, section))) {
    throw new Failure('refused', `NODE_DEBUG=${safeText(asked, 60)} prints tokens`, {
      hint: 'Unset it. --debug shows each request without its token.',
    })
  }
}

/** Read as Node does: sections between commas, in any case, `*` for any text. */
function isAsked(asked: string, section: string): boolean {
  const pattern = asked
    .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(',', '$|^')
  return new RegExp(`^${pattern}$`, 'i').test(section)
}
