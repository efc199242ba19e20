import { type Profile, sendsToken } from '../../settings/profile.ts'
import type { Resolved } from '../../settings/resolve.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { shownSettings } from '../../settings/shown-settings.ts'
import { displayWidth } from '../../text/display-width.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrap } from '../../text/wrap.ts'
import type { CliCommand } from '../cli-command.ts'
import { globals, type Invocation, loadProfile, printJson, printText, tell } from '../invocation.ts'
import { nameArgument } from '../typed-flags.ts'

/** `ls-auth profile show [NAME]`: prints each value with its source. */
export const show: CliCommand<{ readonly name: string | undefined }> = {
  read: ({ args }) => ({ name: args.length === 0 ? undefined : nameArgument(args) }),
  run: printProfile,
}

async function printProfile(
  invocation: Invocation,
  { name }: { readonly name: string | undefined },
): Promise<void> {
  const { settings, profile } = await loadProfile(invocation, name === undefined ? {} : { profile: name })
  if (globals(invocation).json) {
    return printJson(invocation, {
      name: profile.name,
      settings: shownSettings(profile),
      unknown_keys: unknownIn(profile),
    })
  }
  if (!profile.saved) tell(invocation, 'There is no profile yet; these are the defaults.')
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const rows = Object.entries(shownSettings(profile))
    .filter(
      ([key, { value, source }]) => value !== undefined && (sendsToken(profile) || matters(key, source)),
    )
    .flatMap(rowsOf)
  const width = Math.max(...rows.map(([key]) => key.length)) + 2
  const sources = rows.map(
    ([, { source }]) => `# ${source === settings.config.path ? 'profile' : safeText(source, 200)}`,
  )
  const origin = Math.max(...sources.map((source) => source.length))
  // In a pipe each setting is one line, however long, so that grep and cut find all of it.
  const room = terminal.outIsTTY ? terminal.columns - width - origin - 2 : Number.POSITIVE_INFINITY
  const lines = rows.map(([key, { value }], i) => {
    const source = sources[i] as string
    const text = wrap(formatValue(value), room).replaceAll('\n', `\n${' '.repeat(width)}`)
    const last = displayWidth(text.slice(text.lastIndexOf('\n') + 1)) + (text.includes('\n') ? 0 : width)
    // Sources are in one column at the right; on a terminal that of a long value goes to the next line.
    const column = Math.max(0, terminal.columns - origin)
    const beyond = terminal.outIsTTY ? `\n${' '.repeat(column)}` : '  '
    const gap = last + 2 <= column ? ' '.repeat(column - last) : beyond
    return `${key.padEnd(width)}${text}${gap}${style.dim(source)}`
  })
  const from = profile.saved ? `  ${style.dim(`# ${profile.settingsFile.holders.join(' and ')}`)}` : ''
  await printText(invocation, `${style.bold(safeText(profile.name, 60))}${from}\n${lines.join('\n')}\n`)
}

/** A table of both files is a row for each key, as each has its own source. */
const rowsOf = ([key, setting]: readonly [string, Resolved]): (readonly [string, Resolved])[] =>
  setting.sources === undefined
    ? [[key, setting]]
    : Object.entries(setting.sources).map(([inner, source]) => [
        `${key}.${safeText(inner, 60)}`,
        { value: (setting.value as Readonly<Record<string, unknown>>)[inner], source },
      ])

/** Keys of the profile itself; one that stands in both files counts once. */
const unknownIn = ({ unknownKeys }: Profile): string[] => [
  ...new Set(unknownKeys.filter(({ where }) => where === 'profile').map(({ key }) => key)),
]

/** Where nobody signs in: what is set, and what is about the API. The header of a token that is not sent is not. */
const matters = (key: string, source: string): boolean =>
  (key !== 'authorization_header' && API_SETTINGS.some((one) => one === key)) ||
  !/^(default|preset .*)$/.test(source)

/** Longest value, characters: what is longer is cut. */
const LONGEST = 2000

/** A value for people: lists without brackets. Each text may stand on a line of its own, and is not broken. */
function formatValue(value: unknown): readonly string[] {
  if (typeof value === 'string') return [safeText(value, LONGEST) || '(empty)']
  if (!Array.isArray(value)) return [safeText(JSON.stringify(value), LONGEST)]
  return value.length === 0 ? ['none'] : value.map((one) => safeText(String(one), LONGEST))
}
