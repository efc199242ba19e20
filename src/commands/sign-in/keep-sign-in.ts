import { isDeepStrictEqual } from 'node:util'
import { listed } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { sessionName } from '../../session/session-name.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../../settings/profile.ts'
import { defaultToKeep, profileNames } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'
import { isTyped } from '../../settings/setting-key.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { safeText } from '../../text/safe-text.ts'
import { changeSettings, requireUnchanged, tellSaved } from '../change-settings.ts'
import { optionWords } from '../command-line.ts'
import type { Invocation } from '../invocation.ts'
import { type PlannedProfile, withValues } from '../planned-profile.ts'
import { endUnused } from '../sign-out/end-unused.ts'

/**
 * After a sign-in: saves the `planned` profile, and settings that were given as flags, and gives the names of the latter.
 * `settings` and `profile` are from before the person was in the browser. Where the profile cannot have this sign-in any more,
 * it is ended, or no command would reach it; the same if the planned profile cannot be written. Failures: `settings`, with the
 * fate of the sign-in, `storage`, `busy`.
 */
export const keepSignIn = (
  invocation: Invocation,
  settings: Settings,
  profile: Profile,
  client: Client,
  planned?: PlannedProfile,
): Promise<string[]> => {
  const save = () => saveValues(invocation, settings, profile, client, planned?.values)
  const commit = planned?.commit ?? ((work) => work())
  return orEnded(invocation, client, () => commit(save), planned !== undefined)
}

/** The same after a sign-in that saves nothing. `before`: the settings from before it. Failure `settings`. */
export const requireProfile = (invocation: Invocation, before: Settings, client: Client): Promise<void> =>
  orEnded(invocation, client, () => checkProfile(invocation, before, client))

async function orEnded<T>(
  invocation: Invocation,
  client: Client,
  work: () => Promise<T>,
  whateverFails = false,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || (error.code !== 'settings' && !whateverFails)) throw error
    throw error.withDetail(await endUnused(invocation, client))
  }
}

async function checkProfile(invocation: Invocation, before: Settings, client: Client): Promise<void> {
  const { env, files } = invocation.ports
  const now = await readSettings(env, await files())
  refuseRemoved(before, now, client)
  refuseOtherSession(invocation, now, client)
}

async function saveValues(
  invocation: Invocation,
  settings: Settings,
  profile: Profile,
  client: Client,
  planned: PlannedProfile['values'] | undefined,
): Promise<string[]> {
  const values: Record<string, unknown> = {}
  for (const row of SETTING_TABLE) {
    const { key } = row
    const setting = profile.resolved[key as keyof Profile['resolved']]
    const saved = settings.config.profiles[profile.name]?.[key]
    if (!row.ofOneRun && isTyped(row, invocation.settings) && !isDeepStrictEqual(saved, setting.value))
      values[key] = setting.value
    else if (planned && key in planned) values[key] = planned[key]
  }
  // With settings from environment variables alone (CI) no settings file is written.
  if (Object.keys(values).length === 0) {
    await checkProfile(invocation, settings, client)
    return []
  }
  const { issuer, clientId } = client
  if (!profile.saved) Object.assign(values, { issuer, client_id: clientId })
  const { path } = await changeSettings(invocation, settings, (now) => {
    refuseRemoved(settings, now, client)
    if (planned) requireUnchanged(settings, now, profile.name, values)
    else refuseOverwriting(settings, now, profile.name, values)
    refuseOtherSession(invocation, withValues(now, profile.name, values), client)
    return { set: profile.name, values, defaultProfile: defaultToKeep(now, profile.name) }
  })
  if (planned === undefined) return Object.keys(values)
  tellSaved(invocation, profile.name, path)
  return []
}

/**
 * Failure `settings` when the profile would not find this sign-in: it has got another issuer, client or account, or asks for
 * its tokens itself. Flags of this run do not count, as the next command has others.
 */
function refuseOtherSession({ ports }: Invocation, now: Settings, client: Client): void {
  const flags = { values: {}, profile: client.profile, newProfile: true }
  const is = chooseProfile(now, flags, ports.env).client
  const safe = safeText(client.profile, 60)
  if (isComplete(is) && !is.workload && sessionName(is) === sessionName(client)) return
  throw new Failure(
    'settings',
    `the profile ${safe} has got another issuer, client or account in the meantime`,
    seeProfile(safe),
  )
}

const seeProfile = (safe: string): { hint: string } => ({
  hint: `Check it: ls-auth profile show --profile ${safe}. Then sign in again.`,
})

/** Failure `settings` when another process has set one of these values otherwise since `before`. */
function refuseOverwriting(
  before: Settings,
  now: Settings,
  name: string,
  values: Readonly<Record<string, unknown>>,
): void {
  const [was, is] = [before.config.profiles[name], now.config.profiles[name]]
  const changed = Object.entries(values)
    .filter(
      ([key, value]) => !isDeepStrictEqual(is?.[key], was?.[key]) && !isDeepStrictEqual(is?.[key], value),
    )
    .map(([key]) => key)
  if (changed.length === 0) return
  const safe = safeText(name, 60)
  throw new Failure(
    'settings',
    `another ls-auth has changed ${listed(changed, 'and')} of the profile ${safe} in the meantime`,
    seeProfile(safe),
  )
}

/** Failure `settings` when flags change the issuer or client of a saved profile: scripts that use it would break. */
export function refuseOtherClient(settings: Settings, profile: Profile): void {
  const table = settings.config.profiles[profile.name] ?? settings.system.profiles[profile.name]
  const differs = (key: 'issuer' | 'client_id', value: string | undefined) =>
    table?.[key] !== undefined && value !== undefined && table[key] !== value
  const { issuer, clientId } = profile.client.server ?? profile.client
  if (!differs('issuer', issuer) && !differs('client_id', clientId)) return
  throw new Failure('settings', `the profile ${safeText(profile.name, 60)} is for another issuer or client`, {
    hint: `Use a new profile: ls-auth login --profile NAME --issuer ${safeText(issuer ?? 'URL', 400)} --client-id ${safeText(clientId ?? 'ID', 200)}`,
  })
}

/**
 * Failure `settings` when the profile of a sign-in existed `before` it and is missing now: the person who removed it wants no
 * sign-in for it.
 */
function refuseRemoved(before: Settings, now: Settings, { profile, issuer, clientId }: Client): void {
  if (!profileNames(before).includes(profile) || profileNames(now).includes(profile)) return
  throw new Failure('settings', `the profile ${safeText(profile, 60)} was removed in the meantime`, {
    hint: `To create it again: ls-auth login${optionWords({ profile, issuer, clientId })}`,
  })
}
