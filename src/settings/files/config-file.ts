import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Files } from '../../ports/storage.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Root, UPGRADES, type Upgrade, upgrade } from './config-version.ts'

/** A settings file as parsed TOML; resolve.ts validates the values. */
export interface ConfigFile {
  readonly path: string
  readonly exists: boolean
  readonly text: string
  /** The whole file, in the newest version. */
  readonly root: Root
  /** The version that the text is written for. */
  readonly version: number
  readonly defaultProfile: string | undefined
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Top-level keys that this version does not know. Writing preserves them. */
  readonly unknownKeys: readonly string[]
}

const KNOWN_KEYS = ['version', 'profiles', 'default_profile']

/** Limit, bytes: a larger file is not a settings file. */
const MOST_BYTES = 1024 * 1024

/**
 * Reads a settings file; a missing one counts as empty. An older version is upgraded in memory only. `anyKind`: it may
 * be a pipe, as one that the person names; any other would keep each command waiting. Failure `settings`: unreadable, no TOML,
 * wrong shape, a newer version.
 */
export async function readConfig(
  path: string,
  files: Files,
  upgrades: readonly Upgrade[] = UPGRADES,
  anyKind = false,
): Promise<ConfigFile> {
  let bytes: Buffer | undefined
  try {
    bytes = await files.readForeign(path, MOST_BYTES, !anyKind)
  } catch (cause) {
    throw unreadable(path, cause, anyKind)
  }
  return configIn(path, bytes, upgrades)
}

/** Failure `settings` for what reading the file has thrown. */
export function unreadable(path: string, cause: unknown, anyKind = false): Failure {
  const code = (cause as NodeJS.ErrnoException).code ?? 'error'
  const isNoFile = code === 'EINVAL' && !anyKind
  return new Failure('settings', isNoFile ? `${path} is not a file` : `cannot read ${path} (${code})`, {
    reason: 'unreadable-file',
    hint: isNoFile
      ? 'Move it away, then try again.'
      : 'Mend its permissions, or move it away and sign in again: ls-auth login --issuer URL --client-id ID',
    cause,
  })
}

/** The same for the bytes of a settings file; undefined: it is missing. `path`: for messages. Failure `settings`. */
export async function configIn(
  path: string,
  bytes: Buffer | undefined,
  upgrades: readonly Upgrade[] = UPGRADES,
): Promise<ConfigFile> {
  const text = bytes?.toString('utf8') ?? ''
  const parsed = bytes === undefined ? {} : await parseConfig(text, path)
  const { root, version } = upgrade(parsed, path, upgrades)
  // As the parser makes its tables: a name such as `constructor` is that of no profile.
  const profiles = root.profiles ?? (Object.create(null) as object)
  if (!isTable(profiles) || !Object.values(profiles).every(isTable)) {
    throw new Failure('settings', `${path}: profiles must be tables`, {
      hint: 'Write them as [profiles.NAME].',
    })
  }
  const { profile } = root
  const misnamed = isTable(profile) ? Object.keys(profile).find((key) => isTable(profile[key])) : undefined
  if (misnamed !== undefined) {
    throw new Failure('settings', `${path}: the table "profile" is not known`, {
      hint: `Write it as [profiles.${safeText(tomlKey(misnamed), 80)}].`,
    })
  }
  const nameless = Object.keys(profiles).find((name) => name.trim() === '')
  if (nameless !== undefined) {
    throw new Failure('settings', `${path}: a profile has no name`, {
      hint: `Give it one there, or delete it: [profiles.${safeText(JSON.stringify(nameless), 80)}]`,
    })
  }
  const defaultProfile = root.default_profile
  if (defaultProfile !== undefined && typeof defaultProfile !== 'string') {
    const [name = 'NAME'] = Object.keys(profiles)
    throw new Failure('settings', `${path}: default_profile must be a string`, {
      hint: `Correct it there: default_profile = ${safeText(JSON.stringify(name), 80)}`,
    })
  }
  return {
    path,
    exists: bytes !== undefined,
    text,
    root,
    version,
    defaultProfile,
    profiles: profiles as ConfigFile['profiles'],
    unknownKeys: Object.keys(root).filter((key) => !KNOWN_KEYS.includes(key)),
  }
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !(value instanceof Date)

async function parseConfig(text: string, path: string): Promise<Record<string, unknown>> {
  const { parseToml } = await import('./toml-reading.ts')
  try {
    return parseToml(text)
  } catch (cause) {
    throw notToml(path, cause)
  }
}

const isToml = async (text: string): Promise<boolean> => {
  const { parseToml } = await import('./toml-reading.ts')
  try {
    parseToml(text)
    return true
  } catch {
    return false
  }
}

/** `line` and `column` count from one; undefined when the library gives no position. */
function notToml(path: string, cause: unknown): Failure {
  const { line, column, message } = cause as { line?: number; column?: number; message?: string }
  const where = typeof line === 'number' ? `:${line}:${column ?? 1}` : ''
  // The first line only: the following ones quote the file. Its prefix repeats our own message.
  const reason =
    String(message ?? '')
      .split('\n')[0]
      ?.replace(/^Invalid TOML document: /, '') ?? ''
  return new Failure('settings', `${path}${where} is not valid TOML`, {
    detail: [safeText(reason, 200)].filter(Boolean),
    hint: 'Mend this line; nothing was changed.',
    cause,
  })
}

/** A change of a settings file. */
export type Change =
  | {
      readonly set: string
      /** Undefined takes a setting away. */
      readonly values: Readonly<Record<string, unknown>>
      /** With a new profile: the one that is the default from now on. */
      readonly defaultProfile?: string | undefined
    }
  /** A default that names it goes as well. */
  | { readonly remove: string }
  | { readonly defaultProfile: string }

/**
 * The text of the file after a change: comments, order and unknown keys are preserved; a new profile is added at the end,
 * or in the braces of `profiles = { … }`. A file of an older version is converted. Failure `settings`: the result is no TOML.
 */
export async function textAfter(
  config: ConfigFile,
  change: Change,
  upgrades: readonly Upgrade[] = UPGRADES,
): Promise<string> {
  const toml = await import('./toml-writing.ts')
  const newest = isOld(config, upgrades)
    ? { ...config, text: patched(toml.patch, config, config.root) }
    : config
  const text = await changed(newest, change, toml)
  await parseConfig(text, config.path)
  return text
}

/** Whether its text is written for an older version. */
export const isOld = ({ version }: ConfigFile, upgrades: readonly Upgrade[] = UPGRADES): boolean =>
  version <= upgrades.length

/** The text of the file after a change. */
async function changed(
  config: ConfigFile,
  change: Change,
  toml: typeof import('./toml-writing.ts'),
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
  root: Root,
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
  const toml = await import('./toml-writing.ts')
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

const tomlKey = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key))
