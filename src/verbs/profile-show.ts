import { loadProfile, tell } from '../commands/invocation.ts'
import { drawnBlock, type Pen } from '../frame/answer.ts'
import { bool } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { type Profile, sendsToken } from '../settings/profile.ts'
import { FIRST_LOGIN } from '../settings/profile-name.ts'
import type { Resolved } from '../settings/resolve.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { shownSettings } from '../settings/shown-settings.ts'
import { displayWidth } from '../text/display-width.ts'
import { safeText } from '../text/safe-text.ts'
import { wrap } from '../text/wrap.ts'
import { profileArgument } from './flags.ts'

/** `ls-auth profile show [NAME]`: each value that was set with its source; with `--all` those of preset and defaults too. */
export const profileShow = verb({
  args: '[name]',
  summary: 'show each setting and its source',
  flags: {
    name: profileArgument,
    all: bool('also the values of the preset, and the defaults'),
  },
  formats: [],
  completes: ['profiles'],
  examples: [
    { does: 'the profile in use', line: 'ls-auth profile show' },
    { does: 'another one', line: 'ls-auth profile show staging' },
    { does: 'with the defaults', line: 'ls-auth profile show --all' },
  ],
  async run(invocation, { name, all }) {
    const { settings, profile } = await loadProfile(invocation, name === undefined ? {} : { profile: name })
    if (!profile.saved && invocation.options.json !== true)
      tell(invocation, `There is no profile yet. ${FIRST_LOGIN}`)
    const whole = {
      name: profile.name,
      settings: shownSettings(profile),
      unknown_keys: unknownIn(profile),
    }
    return {
      data: { rows: [], row: (one) => one, whole: () => whole },
      blocks: [drawnBlock((pen) => settingLines(profile, settings.config.path, all, pen))],
    }
  },
})

/** `own`: the user's file, whose settings are of the profile. */
function settingLines(
  profile: Profile,
  own: string,
  all: boolean,
  { width: columns, style, isPipe }: Pen,
): string[] {
  const rows = Object.entries(shownSettings(profile))
    .filter(
      ([key, { value, source }]) =>
        value !== undefined && (isSet(source) || (all && (sendsToken(profile) || matters(key)))),
    )
    .flatMap(rowsOf)
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(([key]) => key.length)) + 2
  const sources = rows.map(([, { source }]) => `# ${source === own ? 'profile' : safeText(source, 200)}`)
  const origin = Math.max(...sources.map((source) => source.length))
  // In a pipe each setting is one line, however long, so that grep and cut find all of it.
  const room = isPipe ? Number.POSITIVE_INFINITY : columns - width - origin - 2
  const lines = rows.map(([key, { value }], i) => {
    const source = sources[i] as string
    const text = wrap(formatValue(value), room).replaceAll('\n', `\n${' '.repeat(width)}`)
    const last = displayWidth(text.slice(text.lastIndexOf('\n') + 1)) + (text.includes('\n') ? 0 : width)
    // Sources are in one column at the right; on a terminal that of a long value goes to the next line.
    const column = Math.max(0, columns - origin)
    const beyond = isPipe ? '  ' : `\n${' '.repeat(column)}`
    const gap = last + 2 <= column ? ' '.repeat(column - last) : beyond
    return `${key.padEnd(width)}${text}${gap}${style.dim(source)}`
  })
  const from = profile.saved ? `  ${style.dim(`# ${profile.settingsFile.holders.join(' and ')}`)}` : ''
  return [`${style.bold(safeText(profile.name, 60))}${from}`, ...lines]
}

/** A table of both files is a row for each key, as each has its own source. */
const rowsOf = ([key, setting]: readonly [string, Resolved]): (readonly [string, Resolved])[] =>
  setting.sources === undefined
    ? [[key, setting]]
    : Object.entries(setting.sources).map(([inner, source]) => [
        `${key}.${safeText(inner, 60)}`,
        { value: (setting.value as Readonly<Record<string, unknown>>)[inner], source },
      ])

/** Keys of the profile itself; one in both files counts once. */
const unknownIn = ({ unknownKeys }: Profile): string[] => [
  ...new Set(unknownKeys.filter(({ where }) => where === 'profile').map(({ key }) => key)),
]

/** Of a profile without a sign-in: the settings of the API, but no header for a token. */
const matters = (key: string): boolean =>
  key !== 'authorization_header' && API_SETTINGS.some((one) => one === key)

const isSet = (source: string): boolean => !/^(default|preset .*)$/.test(source)

/** Longest value in characters; longer ones are cut. */
const LONGEST = 2000

/** A value for people: lists without brackets. Each text may stand on a line of its own, and is not broken. */
function formatValue(value: unknown): readonly string[] {
  if (typeof value === 'string') return [safeText(value, LONGEST) || '(empty)']
  if (!Array.isArray(value)) return [safeText(JSON.stringify(value), LONGEST)]
  return value.length === 0 ? ['none'] : value.map((one) => safeText(String(one), LONGEST))
}
