import { DEFAULT_BACKEND } from '../../backends/table.ts'
import { displayWidth } from '../../display-width.ts'
import { safeText } from '../../safe-text.ts'
import { readSettings } from '../../settings/profile.ts'
import { withoutUser } from '../../settings/urls.ts'
import type { CliCommand } from '../cli-command.ts'
import { globals, type Invocation, loadProfile, printJson, tell } from '../invocation.ts'
import { nameArgument } from '../typed-flags.ts'
import { wrap } from '../wrap.ts'

/** `ls-auth profile list`: all profiles with their issuers. */
export const list: CliCommand<undefined> = { read: () => undefined, run: printList }

async function printList(invocation: Invocation): Promise<void> {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  const names = [
    ...new Set([...Object.keys(settings.config.profiles), ...Object.keys(settings.system.profiles)]),
  ]
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  const rows = names.map((name) => {
    const table = { ...settings.system.profiles[name], ...settings.config.profiles[name] }
    const text = (key: string) => (typeof table[key] === 'string' ? withoutUser(table[key] as string) : null)
    const isDefault = name === preferred || (preferred === undefined && names.length === 1)
    return {
      name,
      default: isDefault,
      issuer: text('issuer'),
      api: text('api'),
      backend: text('backend') ?? DEFAULT_BACKEND,
    }
  })
  if (globals(invocation).json) return printJson(invocation, rows)
  if (rows.length === 0) {
    tell(invocation, 'There are no profiles. Make one: ls-auth login --issuer URL --client-id ID')
    return
  }
  const width = Math.max(...rows.map(({ name }) => safeText(name, 60).length))
  const lines = rows.map(
    (row) =>
      `${row.default ? '*' : ' '} ${safeText(row.name, 60).padEnd(width)}  ${safeText(row.issuer ?? '(no issuer)', 200)}`,
  )
  await invocation.ports.terminal.out(`${lines.join('\n')}\n`)
}

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
      settings: profile.resolved,
      unknown_keys: profile.unknownKeys,
    })
  }
  if (!profile.saved) tell(invocation, 'There is no profile yet; these are the defaults.')
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const rows = Object.entries(profile.resolved).filter(([, { value }]) => value !== undefined)
  const width = Math.max(...rows.map(([key]) => key.length)) + 2
  const sources = rows.map(
    ([, { source }]) => `# ${source === settings.config.path ? 'profile' : safeText(source, 200)}`,
  )
  const origin = Math.max(...sources.map((source) => source.length))
  const lines = rows.map(([key, { value }], i) => {
    const source = sources[i] as string
    const text = wrap(formatValue(value), terminal.columns - width - origin - 2, ' '.repeat(width))
    const last = displayWidth(text.slice(text.lastIndexOf('\n') + 1)) + (text.includes('\n') ? 0 : width)
    // Sources are in one column at the right; after a long value its source goes to the next line.
    const column = terminal.columns - origin
    const gap = last + 2 <= column ? ' '.repeat(column - last) : `\n${' '.repeat(column)}`
    return `${key.padEnd(width)}${text}${gap}${style.dim(source)}`
  })
  const from = profile.saved ? `  ${style.dim(`# ${profile.settingsFile.holders.join(' and ')}`)}` : ''
  await terminal.out(`${style.bold(safeText(profile.name, 60))}${from}\n${lines.join('\n')}\n`)
}

/** A value for people: lists without brackets. */
function formatValue(value: unknown): string {
  if (typeof value === 'string') return safeText(value, 300) || '(empty)'
  if (Array.isArray(value)) return safeText(value.join(' ') || 'none', 1000)
  return safeText(JSON.stringify(value), 1000)
}
