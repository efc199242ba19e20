import { errorCode, Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Files } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { isUtf16, UTF16_HINT } from '../../text/utf16.ts'

/** A settings file as parsed TOML; `settings/valid-setting.ts` validates the values. */
export interface ConfigFile {
  readonly path: string
  readonly exists: boolean
  readonly text: string
  readonly defaultProfile: string | undefined
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Top-level keys that this version does not know. Writing preserves them. */
  readonly unknownKeys: readonly string[]
}

const KNOWN_KEYS = ['version', 'profiles', 'default_profile']

/** Limit, bytes: a larger file is not a settings file. */
const MOST_BYTES = 1024 * 1024

/**
 * Reads a settings file; a missing one counts as empty. `anyKind`: it may be a pipe, if the person names it; else a pipe would
 * keep each command waiting. Failure `settings`: unreadable, no TOML, wrong shape, a newer version.
 */
export async function readConfig(path: string, files: Files, anyKind = false): Promise<ConfigFile> {
  let bytes: Buffer | undefined
  try {
    bytes = await files.readForeign(path, MOST_BYTES, !anyKind)
  } catch (cause) {
    throw unreadable(path, cause, anyKind)
  }
  return configIn(path, bytes)
}

/** Failure `settings` for what reading the file has thrown. */
export function unreadable(path: string, cause: unknown, anyKind = false): Failure {
  const code = errorCode(cause) ?? 'error'
  const isNoFile = code === 'EINVAL' && !anyKind
  return new Failure('settings', isNoFile ? `${path} is not a file` : `cannot read ${path} (${code})`, {
    reason: 'unreadable-file',
    hint: isNoFile
      ? 'Move it away, then try again.'
      : 'Fix its permissions, or move it away and sign in again: ls-auth login --issuer URL --client-id ID',
    cause,
  })
}

/** The same for the bytes of a settings file; undefined: it is missing. `path`: for messages. Failure `settings`. */
async function configIn(path: string, bytes: Buffer | undefined): Promise<ConfigFile> {
  if (bytes !== undefined && isUtf16(bytes)) {
    throw new Failure('settings', `cannot read ${path}: it is text in UTF-16`, {
      hint: UTF16_HINT,
    })
  }
  const text = bytes?.toString('utf8') ?? ''
  const root = bytes === undefined ? {} : await parseConfig(text, path)
  requireVersion(root, path)
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
    throw new Failure('settings', `${path}: unknown table "profile"`, {
      hint: `Write it as [profiles.${safeText(tomlKey(misnamed), 80)}].`,
    })
  }
  const nameless = Object.keys(profiles).find((name) => name.trim() === '')
  if (nameless !== undefined) {
    throw new Failure('settings', `${path}: a profile has no name`, {
      hint: `Name it there, or delete it: [profiles.${safeText(JSON.stringify(nameless), 80)}]`,
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
    defaultProfile,
    profiles: profiles as ConfigFile['profiles'],
    unknownKeys: Object.keys(root).filter((key) => !KNOWN_KEYS.includes(key)),
  }
}

/** The version of settings files. One of a session file is apart from it (`schema` in session-file.ts). */
const VERSION = 1

/** Failure `settings`: a file of a newer version, or of none at all. Without `version` it is of version 1. */
function requireVersion({ version = VERSION }: Readonly<Record<string, unknown>>, path: string): void {
  // The parser makes a bigint of an integer that is too large for a number.
  if (typeof version === 'bigint' || (Number.isInteger(version) && (version as number) > VERSION)) {
    throw new Failure(
      'settings',
      `${path} is version ${version}, but this ls-auth reads version ${VERSION}`,
      {
        hint: 'Upgrade ls-auth, or move the file away. Nothing was changed.',
      },
    )
  }
  if (version !== VERSION) {
    throw new Failure('settings', `${path}: version must be a whole number from 1`, {
      hint: `Remove the line, or write: version = ${VERSION}`,
    })
  }
}

export const isTable = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !(value instanceof Date)

/** Failure `settings`: it isn't a TOML. */
export async function parseConfig(text: string, path: string): Promise<Record<string, unknown>> {
  const { parseToml } = await import('./toml-reading.ts')
  try {
    return parseToml(text)
  } catch (cause) {
    throw notToml(path, cause)
  }
}

/** `line` and `column` count from one; undefined when the library gives no position. */
export function notToml(path: string, cause: unknown): Failure {
  const { line, column, message } = cause as { line?: number; column?: number; message?: string }
  const where = typeof line === 'number' ? `:${line}:${column ?? 1}` : ''
  // The first line only: the following ones quote the file. Its prefix repeats our own message.
  const reason =
    String(message ?? '')
      .split('\n')[0]
      ?.replace(/^Invalid TOML document: /, '') ?? ''
  return new Failure('settings', `${path}${where} is not valid TOML`, {
    detail: [safeText(reason, 200)].filter(Boolean),
    hint: 'Fix this line. The file was not changed.',
    cause,
  })
}

/** A name in a header or before a `=`. */
export const tomlKey = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key))
