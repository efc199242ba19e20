import { Failure } from '../errors.ts'
import { redirectUris } from '../providers/presets.ts'
import { safeText } from '../safe-text.ts'
import { changeConfig } from '../settings/config-file.ts'
import { SETTING_TABLE } from '../settings/keys.ts'
import {
  chooseProfile,
  type Profile,
  readSettings,
  requireClient,
  type Settings,
} from '../settings/profile.ts'
import { clientOf, flagsOf, globals, type Invocation, loadProfile, printJson, tell } from './invocation.ts'
import { readTransfer } from './profile-transfer.ts'

const nameOf = (invocation: Invocation): string => invocation.args[0] as string

async function settingsOf(invocation: Invocation): Promise<Settings> {
  return readSettings(invocation.ports.env, await invocation.ports.files())
}

/** `ls-auth profile add NAME`: checks the values, asks the provider for its metadata, writes the profile. */
export async function add(invocation: Invocation): Promise<void> {
  const { ports } = invocation
  const name = nameOf(invocation)
  if (!/^[\w@][\w.@-]{0,59}$/.test(name)) {
    throw new Failure('usage', `"${safeText(name, 60)}" cannot be a profile name`, {
      hint: 'Use letters, digits, and . _ - @',
    })
  }
  const settings = await settingsOf(invocation)
  if (Object.hasOwn(settings.config.profiles, name)) {
    throw new Failure('settings', `the profile ${name} is there already`, {
      hint: `Edit ${settings.config.path}, or: ls-auth profile remove ${name}`,
    })
  }
  const { from } = invocation.options
  const imported = typeof from === 'string' ? await readTransfer(invocation, from) : {}
  const profiles = { ...settings.config.profiles, [name]: imported }
  const candidate = { ...settings, config: { ...settings.config, profiles } }
  const profile = chooseProfile(candidate, { ...flagsOf(invocation, true), profile: name }, ports.env)
  const { issuer } = requireClient(profile)
  const { discover } = await import('../session/metadata.ts')
  await discover(issuer, profile.preset, await ports.http(profile.http), ports.clock)
  const values = Object.fromEntries(
    SETTING_TABLE.filter(({ flag }) => flag !== undefined && invocation.settings[flag] !== undefined)
      .map(({ key }) => [key, profile.resolved[key as keyof Profile['resolved']].value])
      .concat([
        ['issuer', profile.issuer],
        ['client_id', profile.clientId],
      ]),
  )
  Object.assign(values, { ...imported, ...values })
  const ordered = Object.fromEntries(
    SETTING_TABLE.flatMap(({ key }) => (key in values ? [[key, values[key]]] : [])),
  )
  await changeConfig(settings.config, { set: name, values: ordered }, await ports.files(), ports.env)
  if (globals(invocation).json)
    return printJson(invocation, { profile: name, redirect_uris: redirectUris(profile) })
  tell(invocation, `Added the profile ${name} (${profile.preset.name}) to ${settings.config.path}.`)
  tell(
    invocation,
    `Register ${redirectUris(profile).length > 1 ? 'these redirect URIs' : 'this redirect URI'} at the provider:`,
  )
  for (const uri of redirectUris(profile)) tell(invocation, `  ${uri}`)
  for (const step of profile.preset.registration) tell(invocation, step)
  tell(invocation, `Then: ls-auth login --profile ${name}`)
}

/** `ls-auth profile list` */
export async function list(invocation: Invocation): Promise<void> {
  const settings = await settingsOf(invocation)
  const names = [
    ...new Set([...Object.keys(settings.config.profiles), ...Object.keys(settings.system.profiles)]),
  ]
  const preferred = settings.config.defaultProfile ?? settings.system.defaultProfile
  const rows = names.map((name) => {
    const table = { ...settings.system.profiles[name], ...settings.config.profiles[name] }
    const text = (key: string) => (typeof table[key] === 'string' ? (table[key] as string) : null)
    const isDefault = name === preferred || (preferred === undefined && names.length === 1)
    return {
      name,
      default: isDefault,
      issuer: text('issuer'),
      api: text('api'),
      backend: text('backend') ?? 'lightstep',
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

/** `ls-auth profile show [NAME]`: each value with the place that decided it. */
export async function show(invocation: Invocation): Promise<void> {
  const name = invocation.args[0]
  const named =
    name === undefined ? invocation : { ...invocation, options: { ...invocation.options, profile: name } }
  const { profile } = await loadProfile(named)
  if (globals(invocation).json) {
    return printJson(invocation, {
      name: profile.name,
      settings: profile.resolved,
      unknown_keys: profile.unknownKeys,
    })
  }
  const rows = Object.entries(profile.resolved).filter(([, { value }]) => value !== undefined)
  const width = Math.max(...rows.map(([key]) => key.length))
  const shown = rows.map(([key, { value, source }]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return { left: `${key.padEnd(width)}  ${safeText(text, 300)}`, source: safeText(source, 200) }
  })
  const column = Math.min(64, Math.max(...shown.map(({ left }) => left.length)))
  const style = await invocation.ports.terminal.style('out')
  const lines = shown.map(({ left, source }) => `${left.padEnd(column)}  ${style.dim(`# ${source}`)}`)
  await invocation.ports.terminal.out(`${style.bold(safeText(profile.name, 60))}\n${lines.join('\n')}\n`)
}

/** `ls-auth profile use NAME` */
export async function use(invocation: Invocation): Promise<void> {
  const settings = await settingsOf(invocation)
  const name = known(settings, nameOf(invocation))
  const { env } = invocation.ports
  await changeConfig(settings.config, { defaultProfile: name }, await invocation.ports.files(), env)
  tell(invocation, `The default profile is ${safeText(name, 60)} now.`)
}

/** `ls-auth profile remove NAME`: signs out first, so that no session is left that nobody can name. */
export async function remove(invocation: Invocation): Promise<void> {
  const settings = await settingsOf(invocation)
  const name = known(settings, nameOf(invocation))
  if (!Object.hasOwn(settings.config.profiles, name)) {
    throw new Failure('settings', `the profile ${safeText(name, 60)} comes from ${settings.system.path}`, {
      hint: 'Only an administrator can remove it there.',
    })
  }
  const files = await invocation.ports.files()
  const profile = chooseProfile(settings, { values: {}, profile: name }, invocation.ports.env)
  if (
    profile.issuer !== undefined &&
    profile.clientId !== undefined &&
    !sharesSignIn(settings, profile, invocation)
  ) {
    const { signOut } = await import('../session/sign-out.ts')
    const result = await signOut(clientOf(profile, settings), invocation.ports, (line) =>
      tell(invocation, line),
    )
    if (result.forgotten instanceof Failure) throw result.forgotten
    if (result.wasSignedIn) tell(invocation, `Signed out of ${safeText(name, 60)}.`)
  }
  const removed = await changeConfig(settings.config, { remove: name }, files, invocation.ports.env)
  if (removed.defaultProfile === name)
    await changeConfig(removed, { defaultProfile: undefined }, files, invocation.ports.env)
  tell(invocation, `Removed the profile ${safeText(name, 60)}.`)
}

/** Another profile with the same issuer, client and account keeps using the sign-in. */
function sharesSignIn(settings: Settings, profile: Profile, invocation: Invocation): boolean {
  return Object.keys(settings.config.profiles)
    .filter((name) => name !== profile.name)
    .some((name) => {
      const other = chooseProfile(settings, { values: {}, profile: name }, invocation.ports.env)
      return (
        other.issuer === profile.issuer &&
        other.clientId === profile.clientId &&
        other.account === profile.account
      )
    })
}

function known(settings: Settings, name: string): string {
  if (Object.hasOwn(settings.config.profiles, name) || Object.hasOwn(settings.system.profiles, name))
    return name
  throw new Failure('settings', `there is no profile "${safeText(name, 60)}"`, {
    hint: 'See: ls-auth profile list',
  })
}
