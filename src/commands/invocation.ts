import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { safeJson, safeText } from '../safe-text.ts'
import { chooseProfile, type Profile, readSettings, type Settings } from '../settings/profile.ts'
import type { Flags } from '../settings/resolve.ts'

/** One run of one command: what was typed, and the machine it runs on. */
export interface Invocation {
  readonly ports: Ports
  /** The command's words without arguments, for messages and logs: `trace get`. */
  readonly command: string
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  /** Those of the options that are settings of a profile, by flag name. */
  readonly settings: Flags['values']
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

/** Talk for a person on stderr; `--quiet` keeps only warnings and errors. */
export function tell(invocation: Invocation, line: string): void {
  if (!globals(invocation).quiet) invocation.ports.terminal.err(`${line}\n`)
}

/** A failure that did not stop the work: the same words, as a warning. */
export function warn(invocation: Invocation, failure: Pick<Failure, 'message' | 'hint'>): void {
  invocation.ports.terminal.err(`warning: ${safeText(failure.message)}\n         ${safeText(failure.hint)}\n`)
}

/** The one JSON value of `--json`, with everything that could steer a terminal escaped. */
export const printJson = (invocation: Invocation, value: unknown): Promise<void> =>
  invocation.ports.terminal.out(`${safeJson(value, 2)}\n`)

/** What a command wants of the profile: `profile`, one that it names itself, goes before `--profile`. */
export type ProfileNeeds = Pick<Flags, 'newProfile' | 'anyProfile' | 'profile'>

export const flagsOf = (invocation: Invocation, needs: ProfileNeeds = {}): Flags => {
  const { profile, timeoutMilliseconds } = globals(invocation)
  return {
    values: invocation.settings,
    ...(profile === undefined ? {} : { profile }),
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
    ...needs,
  }
}

/** The settings files and the profile they amount to for this run. */
export async function loadProfile(
  invocation: Invocation,
  needs: ProfileNeeds = {},
): Promise<{ settings: Settings; profile: Profile }> {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  const profile = chooseProfile(settings, flagsOf(invocation, needs), ports.env)
  for (const key of [...profile.unknownKeys, ...settings.config.unknownKeys]) {
    tell(invocation, `note: the setting "${safeText(key, 60)}" is not known to this version and was ignored`)
  }
  return { settings, profile }
}

/** A token given to this run from outside (CI, `exec`): then neither keychain nor provider is touched. */
export function givenToken(invocation: Invocation): string | undefined {
  const token = invocation.ports.env.variables.LS_AUTH_TOKEN?.trim()
  if (!token) return undefined
  if (/[^\x21-\x7e]/.test(token)) {
    throw new Failure('usage', 'LS_AUTH_TOKEN does not hold a token', {
      hint: 'It must be one access token, without spaces.',
    })
  }
  return token
}
