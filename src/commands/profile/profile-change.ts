import { listed } from '../../backends/table.ts'
import type { Client, PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { portWith } from '../../port-with.ts'
import type { Ports } from '../../ports/ports.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { profileNamed } from '../../settings/profile.ts'
import { listHint, profileNames } from '../../settings/profile-name.ts'
import { isComplete } from '../../settings/required-client.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { changeSettings } from '../change-settings.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { type Invocation, tell, warn } from '../invocation.ts'
import { requireOutsideProxy } from '../outside-proxy.ts'
import { unregisterUnused } from '../registration/unregister-client.ts'
import { isItsOwn, signInOf } from '../sign-out/left-sign-in.ts'
import { neededSettings, withNeededVariables } from '../sign-out/needed-settings.ts'
import { elsewhere, notRevoked, recordSignOut } from '../sign-out/revocation-words.ts'
import { clientOf, isOpenedBy, sharersOf, withItsKey } from '../sign-out/sign-in-sharers.ts'
import { nameArgument } from '../typed-flags.ts'

interface Named {
  readonly name: string
}

function readName({ args }: Typed): Named {
  return { name: nameArgument(args) }
}

/** `ls-auth profile use NAME`: makes it the default. */
export const use: CliCommand<Named> = { read: readName, run: makeDefault }

async function makeDefault(invocation: Invocation, options: Named): Promise<void> {
  const { ports } = invocation
  requireOutsideProxy('profile use', ports.env)
  const settings = await readSettings(ports.env, await ports.files())
  const name = existingName(settings, options.name)
  await changeSettings(invocation, settings, (now) => ({ defaultProfile: existingName(now, name) }))
  tell(invocation, `The default profile is ${safeText(name, 60)} now.`)
  const inUse = ports.env.variables.LS_AUTH_PROFILE
  if (inUse && inUse !== name)
    tell(invocation, `note: LS_AUTH_PROFILE overrides it in this shell: ${safeText(inUse, 60)}`)
}

/** `ls-auth profile remove NAME`: signs out first, so that no session without a profile is left. */
export const remove: CliCommand<Named> = { read: readName, run: signOutAndRemove }

async function signOutAndRemove(typed: Invocation, options: Named): Promise<void> {
  const invocation = withNeededVariables(typed)
  const { ports } = invocation
  requireOutsideProxy('profile remove', ports.env)
  const settings = await readSettings(ports.env, await ports.files())
  const name = removable(settings, options.name)
  const client = clientOrFault(settings, name, ports)
  if (client instanceof Failure) return removeWrong(invocation, settings, name, client)
  await handOverKey(invocation, settings, name)
  await endSignIn(invocation, client, settings)
  if (isComplete(client)) await unregisterUnused(invocation, settings, client)
  let wasDefault = false
  let last = client
  const config = await changeSettings(invocation, settings, (now) => {
    wasDefault = now.config.defaultProfile === name
    const changed = clientOrFault(now, removable(now, name), ports)
    if (changed instanceof Failure) throw changed
    last = changed
    return { remove: name }
  })
  tell(invocation, `Removed the profile ${safeText(name, 60)}.`)
  const now = { ...settings, config }
  // As long as the profile was there, somebody may have changed it at another terminal, and signed in before and after that.
  for (const one of isOneSession(client, last) ? [last] : [client, last]) {
    await endSignIn(invocation, one, now)
    await tellKept(invocation, one, now)
  }
  if (isComplete(last) && !isOneClient(client, last)) await unregisterUnused(invocation, now, last)
  const left = profileNames(now).filter((one) => one !== name)
  if (wasDefault && left.length > 1) tell(invocation, `There is no default profile now. ${listHint(left)}`)
}

/** By the settings that a sign-out uses; a Failure: one of them is wrong. */
function clientOrFault(settings: Settings, name: string, ports: Ports): PartialClient | Failure {
  try {
    return profileNamed(neededSettings(settings), name, ports.env).client
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** Whose sign-in it uses is not known, so none is ended: one that is left is shown by `status`. */
async function removeWrong(
  invocation: Invocation,
  settings: Settings,
  name: string,
  why: Failure,
): Promise<void> {
  await changeSettings(invocation, settings, (now) => ({ remove: removable(now, name) }))
  tell(invocation, `Removed the profile ${safeText(name, 60)}.`)
  tell(
    invocation,
    `ls-auth did not sign out of it: ${safeText(why.message, 300)}. See the remaining sign-ins: ls-auth status`,
  )
}

const isOneClient = (one: PartialClient, other: PartialClient): boolean =>
  one.issuer === other.issuer && one.clientId === other.clientId

const isOneSession = (one: PartialClient, other: PartialClient): boolean =>
  isOneClient(one, other) && one.account === other.account

/** Failure `settings`: there is none of that name, or it is not the user's. */
function removable(settings: Settings, name: string): string {
  if (Object.hasOwn(settings.config.profiles, existingName(settings, name))) return name
  throw new Failure('settings', `the profile ${safeText(name, 60)} comes from ${settings.system.path}`, {
    hint: 'Only an administrator can remove it there.',
  })
}

/**
 * Signs out, where no other profile uses the sign-in; also of what a profile that is for a program now has left. Failures:
 * `busy`, `storage`, those of the keychain.
 */
async function endSignIn(invocation: Invocation, client: PartialClient, settings: Settings): Promise<void> {
  const { ports } = invocation
  if (!isComplete(client) || sharersOf(client, settings, ports.env).length > 0) return
  if (client.workload && (await isOfAnother(client, ports))) return
  const { signOut } = await import('../../session/sign-out.ts')
  const keyed = await withItsKey(client, settings, ports)
  const result = await signOut(keyed, ports, (line) => tell(invocation, line))
  if (result.wasSignedIn) {
    await recordSignOut(invocation, client, result)
  }
  if (result.forgotten instanceof Failure) throw result.forgotten
  if (result.revoked instanceof Failure) {
    const { message, detail, hint } = notRevoked(result.revoked, client)
    await warn(invocation, { message: [message, ...detail].join(': '), hint })
  }
  if (!result.wasSignedIn) return
  tell(invocation, `Signed out of ${safeText(client.profile, 60)}.`)
  const more = elsewhere(result, client)
  if (more !== undefined) tell(invocation, `  elsewhere         ${more}`)
}

async function isOfAnother(client: Client, ports: Ports): Promise<boolean> {
  const header = await signInOf(client, ports)
  return header !== undefined && !isItsOwn(client, header)
}

function existingName(settings: Settings, name: string): string {
  if (Object.hasOwn(settings.config.profiles, name) || Object.hasOwn(settings.system.profiles, name))
    return name
  throw new Failure('settings', `there is no profile "${safeText(name, 60)}"`, {
    hint: `${didYouMean(name, profileNames(settings))}See: ls-auth profile list`,
  })
}

/**
 * Before a profile is removed: each of those that share its sign-in gets its key file, where its own does not open it. A copy of a profile
 * has none, since an export leaves it out, and without it nobody could use the sign-in or end it at the provider. Failures:
 * those of {@link changeSettings}.
 */
async function handOverKey(invocation: Invocation, settings: Settings, name: string): Promise<void> {
  const ports = withoutKeyVariable(invocation.ports)
  const client = clientOf(neededSettings(settings), name, ports.env)
  const storeKeyFile = client?.storeKeyFile
  if (!client || !isComplete(client) || storeKeyFile === undefined) return
  const others = await keptFor(client, settings, ports)
  if (others.length === 0) return
  if (!(await isOpenedBy(client, ports))) return
  for (const other of others) {
    // Only the profile's own key file counts: commands with that profile try no other.
    const own = clientOf(settings, other, ports.env)?.storeKeyFile
    if (own !== undefined && (await isOpenedBy({ ...client, storeKeyFile: own }, ports))) continue
    await changeSettings(invocation, settings, ({ config, system }) => {
      const store = config.profiles[other]?.store ?? system.profiles[other]?.store ?? 'file'
      return { set: other, values: { store, store_key_file: storeKeyFile } }
    })
    const [to, from] = [safeText(other, 60), safeText(name, 60)]
    const was = own === undefined ? '' : ` (was ${safeText(own, 400)})`
    const why = `it opens the sign-in that ${to} shares with ${from}`
    tell(invocation, `profile ${to}: store_key_file = ${safeText(storeKeyFile, 400)}${was}, since ${why}`)
  }
}

/** Says for whom a sign-in is kept whose profile was removed; nothing where it was ended, or there was none. */
async function tellKept(invocation: Invocation, client: PartialClient, settings: Settings): Promise<void> {
  const others = await keptFor(client, settings, invocation.ports)
  if (others.length === 0) return
  const names = others.map((other) => safeText(other, 60))
  tell(
    invocation,
    `The sign-in stays for the profile${others.length > 1 ? 's' : ''} ${listed(names, 'and')}.`,
  )
}

/** The other profiles that use a sign-in of this one. */
async function keptFor(client: PartialClient, settings: Settings, ports: Ports): Promise<string[]> {
  const header = isComplete(client) ? await signInOf(client, ports) : undefined
  if (!isComplete(client) || header === undefined || (client.workload && !isItsOwn(client, header))) return []
  return sharersOf(client, settings, ports.env)
}

/** A variable counts for each profile as long as it is set; what is asked is what stays. */
function withoutKeyVariable(ports: Ports): Ports {
  const { LS_AUTH_STORE_KEY_FILE: _, ...variables } = ports.env.variables
  return { ...ports, env: portWith(ports.env, { variables }) }
}
