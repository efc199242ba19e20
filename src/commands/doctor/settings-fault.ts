import { Failure } from '../../errors.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile, type Profile, sendsToken } from '../../settings/profile.ts'
import { chooseName, defaultName, namedProfile, profileNames } from '../../settings/profile-name.ts'
import { flagsOf, givenToken, globals, type Invocation, loadProfile } from '../invocation.ts'

/** What makes the settings unusable: a file, or a variable. */
export interface SettingsFault {
  readonly fault: Failure
  /** The profile that was asked for, as far as it is known. */
  readonly name: string
}

/**
 * The profile, or what is wrong with the settings: that is one of the checks. What is typed wrong ends the run, and so does a
 * profile that is not there, or of several none that is the default: which one is meant is for the person to say.
 */
export async function profileOrFault(invocation: Invocation): Promise<Profile | SettingsFault> {
  try {
    const { profile } = await loadProfile(invocation)
    const fault = sendsToken(profile) ? faultIn(() => givenToken(invocation)) : undefined
    return fault === undefined ? profile : { fault, name: profile.name }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const settings = await settingsOf(invocation)
    if (settings === undefined) return { fault: error, name: nameTyped(invocation) }
    const { env } = invocation.ports
    const named = namedProfile(settings, flagsOf(invocation), env)
    const isOpen = profileNames(settings).length > 1 && defaultName(settings) === undefined
    if (named === undefined && isOpen) throw error
    // Without the flags it is the fault of the settings, or there is none.
    const fault = faultIn(() => chooseProfile(settings, { ...flagsOf(invocation), values: {} }, env))
    if (fault === undefined) throw error
    let name = nameTyped(invocation)
    faultIn(() => {
      name = chooseName(settings, flagsOf(invocation), env).name
    })
    return { fault, name }
  }
}

/** Undefined: a file cannot be read. */
async function settingsOf({ ports }: Invocation): Promise<Settings | undefined> {
  try {
    return await readSettings(ports.env, await ports.files())
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

function faultIn(work: () => unknown): Failure | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

const nameTyped = (invocation: Invocation): string =>
  globals(invocation).profile ?? invocation.ports.env.variables.LS_AUTH_PROFILE ?? 'default'
