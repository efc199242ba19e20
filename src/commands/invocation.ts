import { Failure } from '../errors.ts'
import type { Env, Ports } from '../ports/ports.ts'
import type { HeldTokens } from '../session/workload/workload-token.ts'
import type { Settings } from '../settings/files/settings-files.ts'
import type { UnknownKey } from '../settings/files/unknown-key.ts'
import { adviceOnKey } from '../settings/files/unknown-key.ts'
import type { Profile } from '../settings/profile.ts'
import type { Flags } from '../settings/resolve.ts'
import { asciiSigns } from '../text/ascii-signs.ts'
import { safeJson, safeText } from '../text/safe-text.ts'
import { wrapAdvice } from '../text/wrap.ts'
import type { TypedLine } from './command-line.ts'

/** Another program on whose behalf a request is sent: for the record, and for the API's own log. */
export interface OtherCaller {
  /** Its name, printable and without blanks. */
  readonly client?: string
  /** Its `traceparent`, as it came. */
  readonly parent?: string
}

/** One run of one command: the typed line, and the ports. */
export interface Invocation extends TypedLine {
  /** Who asks, where that is not the person who typed the command. */
  readonly caller?: OtherCaller
  /** Aborted when the caller no longer wants the answer: then it sends no request for traces and waits for none. */
  readonly cancelled?: AbortSignal
  readonly ports: Ports
  /** What this run has got for a workload: long runs ask for a new token when the old one ends. */
  readonly workloadTokens: HeldTokens
  /** Notes that this run has said, where one is enough. */
  readonly noted: Set<string>
}

/** Options every command has. */
export const globals = (invocation: Invocation) => {
  const { profile, json, quiet, timeout } = invocation.options
  return {
    profile: profile as string | undefined,
    json: json === true,
    quiet: quiet === true,
    timeoutMilliseconds: typeof timeout === 'number' ? timeout * 1000 : undefined,
  }
}

/** Prints a line for people on stderr, unless `--quiet`. */
export function tell(invocation: Invocation, line: string): void {
  if (!globals(invocation).quiet) invocation.ports.terminal.err(`${fitted(line, invocation)}\n`)
}

/** Lines for stderr: wrapped at a terminal; a log keeps a line whole. */
export function fitted(text: string, { ports: { terminal } }: Invocation, indent = ''): string {
  if (!terminal.errIsTTY) return text
  return text
    .split('\n')
    .map((line) => wrapAdvice(line, terminal.columns, indent))
    .join('\n')
}

/** What makes the commands of a hint whole. */
export const loadHints = () => import('./repeat-flags.ts')

/** Prints a failure that did not stop the command as a warning, also with `--quiet`. */
export async function warn(
  invocation: Invocation,
  failure: Pick<Failure, 'message' | 'hint'>,
): Promise<void> {
  const { repeatFlags } = await loadHints()
  const hint = repeatFlags(failure.hint, invocation)
  const message = fitted(`warning: ${safeText(failure.message)}`, invocation, '         ')
  invocation.ports.terminal.err(`${message}\n${fitted(`         ${safeText(hint)}`, invocation)}\n`)
}

/** Prints text for people on stdout; unless `more` is to come, it goes through the pager where it is longer than the screen. */
export const printText = (
  { ports: { terminal } }: Pick<Invocation, 'ports'>,
  text: string,
  more = false,
): Promise<void> => {
  const shown = terminal.unicode ? text : asciiSigns(text)
  return more ? terminal.out(shown) : terminal.page(shown)
}

/** Whether only a part of the JSON is printed: `--json=FIELDS` or `--jq`. */
export const choosesJson = ({ options: { jsonFields, jq } }: Pick<Invocation, 'options'>): boolean =>
  jsonFields !== undefined || jq !== undefined

const loadChoice = () => import('./json-fields.ts')

/** The answer to `--json=?`, if it is asked. Failure `usage`. */
export const checkedChoice = async (invocation: Invocation, usage: string): Promise<string | undefined> =>
  choosesJson(invocation) ? (await loadChoice()).checkChoice(invocation, usage) : undefined

/** Prints the JSON value of `--json`, or what was chosen of it, with control characters escaped. `isItem`: it is one of a list. */
export async function printJson(invocation: Invocation, value: unknown, isItem = false): Promise<void> {
  if (!choosesJson(invocation)) return invocation.ports.terminal.out(`${safeJson(value, 2)}\n`)
  return (await loadChoice()).printChoice(invocation, value, isItem)
}

/** Which profile a command needs. `profile`: a name that goes before `--profile`. */
export type ProfileNeeds = Pick<Flags, 'newProfile' | 'anyProfile' | 'profile'>

/** The flags of this run that select and override settings. */
export const flagsOf = (invocation: Invocation, needs: ProfileNeeds = {}): Flags => {
  const { profile, timeoutMilliseconds } = globals(invocation)
  return {
    values: invocation.settings,
    ...(profile === undefined ? {} : { profile }),
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
    ...needs,
  }
}

/** Reads the settings files and resolves the profile of this run. Failures: `settings`, `refused`, `usage`. */
export async function loadProfile(
  invocation: Invocation,
  needs: ProfileNeeds = {},
  env: Env = invocation.ports.env,
): Promise<{ settings: Settings; profile: Profile }> {
  const { ports } = invocation
  const { readSettings } = await import('../settings/files/settings-files.ts')
  const { chooseProfile } = await import('../settings/profile.ts')
  const settings = await readSettings(env, await ports.files())
  const profile = chooseProfile(settings, flagsOf(invocation, needs), env)
  if (profile.unknownKeys.length > 0) await noteUnknown(invocation, profile.unknownKeys)
  return { settings, profile }
}

/** Says which keys this version does not know, each with its file. */
export async function noteUnknown(invocation: Invocation, keys: readonly UnknownKey[]): Promise<void> {
  for (const one of keys) {
    const setting = `${safeText(one.file, 200)}: the setting "${safeText(one.key, 60)}"`
    const advice = adviceOnKey(one)
    tell(
      invocation,
      `note: ${setting} is unknown in this version and was ignored${advice === '' ? '' : `. ${advice}`}`,
    )
  }
}

/** The token in LS_AUTH_TOKEN (for CI): then neither keychain nor provider is used. Failure `usage`: not a token. */
export function givenToken(invocation: Invocation): string | undefined {
  const token = invocation.ports.env.variables.LS_AUTH_TOKEN?.trim()
  if (token === undefined) return undefined
  if (token === '') {
    // A secret that the pipeline does not have comes as an empty value.
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, but empty', {
      hint: 'Set it to an access token, or unset it.',
    })
  }
  if (/[^\x21-\x7e]/.test(token)) {
    throw new Failure('usage', 'LS_AUTH_TOKEN does not hold a token', {
      hint: 'It must be one access token, without spaces.',
    })
  }
  return token
}
