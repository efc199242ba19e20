import { dirname, join } from 'node:path'
import { errorCode, Failure } from '../../errors.ts'
import type { Env, Files } from '../../ports/ports.ts'
import { requireOwn, writeAtomically } from '../../storage/atomic-write.ts'
import { type LockPorts, withLock } from '../../storage/wait-for-lock.ts'
import { type ConfigFile, isTable, notToml, parseConfig, readConfig, tomlKey } from './config-file.ts'
import type { Settings } from './settings-files.ts'

/** A change of a settings file. */
export type Change =
  | {
      readonly set: string
      /** Undefined takes a setting away. */
      readonly values: Readonly<Record<string, unknown>>
      /** With a new profile: the default from now on. */
      readonly defaultProfile?: string | undefined
    }
  /** A default that names it goes as well. */
  | { readonly remove: string }
  | { readonly defaultProfile: string }

const loadWriting = () => import('./toml-writing.ts')

/**
 * The text of the file after a change: comments, order and unknown keys are preserved; a new profile is added at the end, or in
 * the braces of `profiles = { … }`. Failure `settings`: the result isn't TOML.
 */
async function textAfter(config: ConfigFile, change: Change): Promise<string> {
  const text = await changed(config, change, await loadWriting())
  await parseConfig(text, config.path)
  return text
}

/** The text of the file after a change. */
async function changed(
  config: ConfigFile,
  change: Change,
  toml: Awaited<ReturnType<typeof loadWriting>>,
): Promise<string> {
  if ('set' in change && !Object.hasOwn(config.profiles, change.set)) {
    const gap = config.text === '' ? '' : config.text.endsWith('\n') ? '\n' : '\n\n'
    const first =
      change.defaultProfile === undefined ? '' : `${toml.stringify(named(change.defaultProfile))}\n`
    const text = `${first}${config.text}${gap}${section(toml.stringify, `profiles.${tomlKey(change.set)}`, change.values)}`
    if (await isToml(text)) return text
    // A table in braces, `profiles = { … }`, is not continued by a section.
  }
  const root = structuredClone(await parseConfig(config.text, config.path))
  root.profiles ??= {}
  const profiles = root.profiles as Record<string, Record<string, unknown>>
  if ('set' in change) {
    profiles[change.set] = merged(profiles[change.set], change.values)
    if (change.defaultProfile !== undefined) root.default_profile = change.defaultProfile
  } else if ('remove' in change) {
    delete profiles[change.remove]
    if (root.default_profile === change.remove) delete root.default_profile
  } else root.default_profile = change.defaultProfile
  return patched(toml.patch, config, root)
}

function merged(old: Record<string, unknown> | undefined, values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries({ ...old, ...values }).filter(([, value]) => value !== undefined))
}

const named = (profile: string) => ({ default_profile: profile })

/** The writing library parses the file itself, more strictly than the reading one (a 30th of February). */
function patched(
  patch: (text: string, root: unknown) => string,
  { path, text }: ConfigFile,
  root: Readonly<Record<string, unknown>>,
): string {
  // Of two kinds of line ends the library keeps one, and says so on the console.
  const mixed = /\r\n/.test(text) && /(?<!\r)\n/.test(text)
  try {
    return patch(mixed ? text.replaceAll('\r\n', '\n') : text, root)
  } catch (cause) {
    const { line, column } = cause as { line?: number; column?: number }
    // This library counts columns from zero, and gives no reason.
    throw notToml(path, { ...(line !== undefined && { line, column: (column ?? 0) + 1 }), cause })
  }
}

/** A profile as the text of a settings file. */
export async function renderProfile(
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const toml = await loadWriting()
  return section(toml.stringify, `profiles.${tomlKey(name)}`, values)
}

/** One `[header]` with its plain keys, sub-tables as sections of their own, as a person would write it. */
function section(
  stringify: (value: Record<string, unknown>) => string,
  header: string,
  values: Readonly<Record<string, unknown>>,
  isOfList = false,
): string {
  const entries = Object.entries(values)
  const plain = Object.fromEntries(entries.filter(([, value]) => !isTable(value) && !isListOfTables(value)))
  const below = (key: string, value: unknown): string[] =>
    isTable(value)
      ? [section(stringify, `${header}.${tomlKey(key)}`, value)]
      : isListOfTables(value)
        ? value.map((one) => section(stringify, `${header}.${tomlKey(key)}`, one, true))
        : []
  const body = stringify(plain).trim()
  return [isOfList ? `[[${header}]]` : `[${header}]`, ...(body ? [body] : []), '']
    .join('\n')
    .concat(...entries.flatMap(([key, value]) => below(key, value)))
}

const isListOfTables = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isTable)

const isToml = async (text: string): Promise<boolean> => {
  const { parseToml } = await import('./toml-reading.ts')
  try {
    parseToml(text)
    return true
  } catch {
    return false
  }
}

/** In the state directory. */
const SETTINGS_LOCK = 'settings.lock'

/** Who changes settings. */
export interface Changer {
  readonly ports: LockPorts
  /** The command, for others that wait. */
  readonly command: string
  /** Prints a line on stderr. */
  tell(line: string): void
}

/**
 * Changes the user's file, and gives the new one. `settings` may be minutes old, so the file is read again under a lock, and
 * `decide` chooses the change for its content of now; if it throws, the file stays unchanged. Written atomically (0600); where
 * the file is a link to where a person keeps it, there. Failures: `settings`, `storage`, `busy`, `refused` (by sudo, a place of
 * another user).
 */
export async function changeConfig(
  settings: Settings,
  decide: (now: Settings) => Change,
  { ports, command, tell }: Changer,
): Promise<ConfigFile> {
  const files = await ports.files()
  const { configFile, stateDirectory } = settings.places
  // Loaded by a change alone, and not by whoever only reads.
  await requireOwn([dirname(configFile), configFile, stateDirectory], files, ports.env)
  await files.makeDirectory(stateDirectory).catch((cause) => {
    throw unwritable(`to ${stateDirectory}`, 'XDG_STATE_HOME', cause, ports.env)
  })
  // Not beside the file: settings may be synchronised or shared between machines, where a lock is useless.
  const locked = { path: join(stateDirectory, SETTINGS_LOCK), what: 'the settings' } as const
  return withLock(locked, command, ports, tell, async () => {
    const config = await readConfig(configFile, files)
    const text = await textAfter(config, decide({ ...settings, config }))
    const end = await endOf(configFile, files, ports.env)
    if (end !== configFile) await requireOwn([end], files, ports.env)
    await replace(end, text, files, ports.env, end === configFile ? [] : [`${configFile} is a link to it`])
    return readConfig(configFile, files)
  })
}

/** The file that is written. Sessions and the rest of the state follow no link. */
async function endOf(configFile: string, files: Files, env: Env): Promise<string> {
  try {
    return await files.endOfLinks(configFile)
  } catch (cause) {
    const code = errorCode(cause) ?? 'error'
    if (!/^(ENOENT|ENOTDIR|ELOOP)$/.test(code)) throw unwritable(configFile, 'XDG_CONFIG_HOME', cause, env)
    throw new Failure('storage', `cannot write ${configFile} (${code}): the link leads nowhere`, {
      cause,
      hint: 'Create the directory it points to, or remove the link.',
    })
  }
}

async function replace(
  path: string,
  text: string,
  files: Files,
  env: Env,
  detail: readonly string[],
): Promise<void> {
  try {
    await files.makeDirectory(dirname(path))
    await writeAtomically(path, Buffer.from(text), files, env.pid)
  } catch (cause) {
    throw unwritable(path, 'XDG_CONFIG_HOME', cause, env, detail)
  }
}

function unwritable(
  what: string,
  variable: string,
  cause: unknown,
  { variables }: Env,
  detail: readonly string[] = [],
): Failure {
  const code = errorCode(cause) ?? 'error'
  // As another user by `sudo -E -u`: the places are those of whoever typed it.
  const fix = variables.SUDO_UID === undefined ? 'Fix its permissions' : 'Run it again without sudo'
  return new Failure('storage', `cannot write ${what} (${code})`, {
    cause,
    detail,
    hint: /^(ENOSPC|EDQUOT)$/.test(code)
      ? 'Free some space, then try again.'
      : `${fix}, or point ${variable} at a directory that you can write to.`,
  })
}
