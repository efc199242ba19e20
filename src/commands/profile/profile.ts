import { DEFAULT_BACKEND } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { displayWidth } from '../../display-width.ts'
import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { changeConfig } from '../../settings/config-file.ts'
import { isComplete, profileNamed, readSettings, type Settings } from '../../settings/profile.ts'
import { withoutUser } from '../../settings/urls.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { globals, type Invocation, loadProfile, printJson, tell } from '../invocation.ts'
import { nameArgument } from '../typed-flags.ts'
import { wrap } from '../wrap.ts'

interface Named {
  readonly name: string
}

function readName({ args }: Typed): Named {
  return { name: nameArgument(args) }
}

async function settingsOf(invocation: Invocation): Promise<Settings> {
  return readSettings(invocation.ports.env, await invocation.ports.files())
}

/** `ls-auth profile list` */
export const list: CliCommand<undefined> = { read: () => undefined, run: printList }

async function printList(invocation: Invocation): Promise<void> {
  const settings = await settingsOf(invocation)
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
    const text = wrap(plainly(value), terminal.columns - width - origin - 2, ' '.repeat(width))
    const last = displayWidth(text.slice(text.lastIndexOf('\n') + 1)) + (text.includes('\n') ? 0 : width)
    // Sources are in one column at the right; after a long value its source goes to the next line.
    const column = terminal.columns - origin
    const gap = last + 2 <= column ? ' '.repeat(column - last) : `\n${' '.repeat(column)}`
    return `${key.padEnd(width)}${text}${gap}${style.dim(source)}`
  })
  const from = profile.saved ? `  ${style.dim(`# ${settings.config.path}`)}` : ''
  await terminal.out(`${style.bold(safeText(profile.name, 60))}${from}\n${lines.join('\n')}\n`)
}

/** A value for people: lists without brackets. */
function plainly(value: unknown): string {
  if (typeof value === 'string') return safeText(value, 300) || '(empty)'
  if (Array.isArray(value)) return safeText(value.join(' ') || 'none', 1000)
  return safeText(JSON.stringify(value), 1000)
}

/** `ls-auth profile use NAME` */
export const use: CliCommand<Named> = { read: readName, run: makeDefault }

async function makeDefault(invocation: Invocation, options: Named): Promise<void> {
  const settings = await settingsOf(invocation)
  const name = known(settings, options.name)
  const { env } = invocation.ports
  await changeConfig(settings.config, { defaultProfile: name }, await invocation.ports.files(), env)
  tell(invocation, `The default profile is ${safeText(name, 60)} now.`)
}

/** `ls-auth profile remove NAME`: signs out first, so that no session without a profile is left. */
export const remove: CliCommand<Named> = { read: readName, run: signOutAndRemove }

async function signOutAndRemove(invocation: Invocation, options: Named): Promise<void> {
  const settings = await settingsOf(invocation)
  const name = known(settings, options.name)
  if (!Object.hasOwn(settings.config.profiles, name)) {
    throw new Failure('settings', `the profile ${safeText(name, 60)} comes from ${settings.system.path}`, {
      hint: 'Only an administrator can remove it there.',
    })
  }
  const files = await invocation.ports.files()
  const { client } = profileNamed(settings, name, invocation.ports.env)
  if (isComplete(client) && !sharesSignIn(settings, client, invocation)) {
    const { signOut } = await import('../../session/sign-out.ts')
    const result = await signOut(client, invocation.ports, (line) => tell(invocation, line))
    if (result.forgotten instanceof Failure) throw result.forgotten
    if (result.wasSignedIn) tell(invocation, `Signed out of ${safeText(name, 60)}.`)
  }
  const removed = await changeConfig(settings.config, { remove: name }, files, invocation.ports.env)
  if (removed.defaultProfile === name)
    await changeConfig(removed, { defaultProfile: undefined }, files, invocation.ports.env)
  tell(invocation, `Removed the profile ${safeText(name, 60)}.`)
}

/** Another profile with the same issuer, client and account keeps using the sign-in. */
function sharesSignIn(settings: Settings, client: Client, invocation: Invocation): boolean {
  return Object.keys(settings.config.profiles)
    .filter((name) => name !== client.profile)
    .some((name) => {
      const { issuer, clientId, account } = profileNamed(settings, name, invocation.ports.env).client
      return issuer === client.issuer && clientId === client.clientId && account === client.account
    })
}

function known(settings: Settings, name: string): string {
  if (Object.hasOwn(settings.config.profiles, name) || Object.hasOwn(settings.system.profiles, name))
    return name
  throw new Failure('settings', `there is no profile "${safeText(name, 60)}"`, {
    hint: 'See: ls-auth profile list',
  })
}
