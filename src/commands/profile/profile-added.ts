import { isDeepStrictEqual } from 'node:util'
import type { Ports } from '../../ports/ports.ts'
import { urisToRegister } from '../../providers/presets.ts'
import { sessionName } from '../../session/session-name.ts'
import { findSignIns } from '../../session/store/sign-ins.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import type { Profile } from '../../settings/profile.ts'
import { isComplete } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import { globals, type Invocation, printJson, tell } from '../invocation.ts'
import { registrationLines } from '../registration/registration-lines.ts'
import { sharersOf } from '../sign-out/sign-in-sharers.ts'
import { signOutOf } from '../sign-out/sign-out-of.ts'

/** A profile that `profile add` has written. */
interface Added {
  /** Those of before. */
  readonly settings: Settings
  readonly profile: Profile
  /** What was written. */
  readonly values: Readonly<Record<string, unknown>>
  /** Undefined: nobody signs in. */
  readonly issuer: string | undefined
  /** Of a client that the provider has just registered. */
  readonly clientId: string | undefined
  /** The sign-in of the profile that was replaced, see {@link signInLeft}. */
  readonly left: Awaited<ReturnType<typeof signInLeft>>
  readonly isImported: boolean
  readonly isReplaced: boolean
  /** The settings of the profile that was replaced which stay. */
  readonly keptKeys: readonly string[]
}

/** Says what was written, what it does not touch, and what to do next. */
export function tellAdded(invocation: Invocation, added: Added): void {
  const { settings, profile, values, issuer, clientId, left, isReplaced, keptKeys } = added
  const { name } = profile
  const { preset } = profile.client
  if (globals(invocation).json) {
    printJson(invocation, {
      profile: name,
      redirect_uris: urisOf(profile),
      ...(clientId !== undefined && { client_id: clientId }),
    })
    return
  }
  const provider = issuer === undefined ? '' : ` (${preset.name})`
  tell(
    invocation,
    `${isReplaced ? 'Replaced' : 'Added'} the profile ${name}${provider} ${isReplaced ? 'in' : 'to'} ${settings.config.path}.`,
  )
  const shadow = shadowed(settings, name, values)
  if (shadow !== undefined) tell(invocation, shadow)
  if (left) {
    tell(
      invocation,
      `The sign-in of before, at ${safeText(left.issuer, 200)}, stays. ${signOutOf(left, name)}`,
    )
  }
  if (keptKeys.length > 0) tell(invocation, `Of the profile before stays: ${keptKeys.join(', ')}.`)
  for (const line of nextSteps(invocation, added)) tell(invocation, line)
}

/** The sign-in that the profile had before it was replaced, where no profile uses it any more. */
export async function signInLeft(settings: Settings, { name, client }: Profile, ports: Ports) {
  const current = isComplete(client) ? sessionName(client) : undefined
  return (await findSignIns(client.stateDirectory, ports)).find(
    (one) =>
      Object.hasOwn(one.apis, name) &&
      sessionName(one) !== current &&
      sharersOf({ ...one, profile: name }, settings, ports.env).length === 0,
  )
}

/** A profile of that name in the file of the system, and what of it counts no more. */
function shadowed({ system }: Settings, name: string, values: Added['values']): string | undefined {
  if (!Object.hasOwn(system.profiles, name)) return undefined
  const keys = Object.entries(system.profiles[name] ?? {}).flatMap(([key, value]) =>
    values[key] === undefined || isDeepStrictEqual(values[key], value) ? [] : [safeText(key, 60)],
  )
  const from = `${safeText(system.path, 200)} has a profile ${name}, too: what yours does not set comes from there.`
  return keys.length === 0 ? from : `${from} Yours hides its ${keys.join(', ')}.`
}

const urisOf = ({ client: { issuer, preset } }: Profile): string[] =>
  issuer !== undefined ? urisToRegister(preset) : []

/** The redirect URIs and the steps at the provider, and the next command. */
function nextSteps({ ports }: Invocation, { profile, issuer, clientId, isImported }: Added): string[] {
  const { name, client } = profile
  const { preset, workload } = client
  if (clientId !== undefined) return [nextCommand(name, preset.signsIn)]
  if (issuer === undefined) {
    return [
      'No sign-in needed: requests are sent without a token.',
      `Then: ls-auth services --profile ${name}`,
    ]
  }
  // Whoever imports a profile registers nothing at the provider: the one who wrote it has done that.
  if (isImported) {
    return [
      `Nothing was sent to ${safeText(issuer, 200)}: whether it answers shows at the sign-in.`,
      nextCommand(name, preset.signsIn, workload !== undefined),
    ]
  }
  return [...registrationLines(preset, ports.terminal.columns), nextCommand(name, preset.signsIn)]
}

const nextCommand = (name: string, signsIn: string, isWorkload = false): string =>
  signsIn === 'person'
    ? `Then: ls-auth login --profile ${name}`
    : isWorkload
      ? `Then: ls-auth whoami --profile ${name}`
      : 'No sign-in needed: a program passes its token in LS_AUTH_TOKEN.'
