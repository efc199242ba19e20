import { Failure } from '../../errors.ts'
import { redirectUris } from '../../providers/presets.ts'
import { safeText } from '../../safe-text.ts'
import { discover } from '../../session/protocol/metadata.ts'
import { requireProviderInReach } from '../../session/sign-in-offered.ts'
import { changeConfig } from '../../settings/config-file.ts'
import {
  chooseProfile,
  defaultToKeep,
  type Profile,
  readSettings,
  requireClient,
  sendsToken,
} from '../../settings/profile.ts'
import { isTyped, SETTING_TABLE } from '../../settings/setting-table.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { flagsOf, globals, type Invocation, printJson, tell } from '../invocation.ts'
import { textFlag } from '../typed-flags.ts'
import { wrap } from '../wrap.ts'
import { readTransfer } from './profile-transfer.ts'

interface AddOptions {
  readonly name: string
  /** A profile file to import. */
  readonly from: string | undefined
  /** Do not prompt. */
  readonly yes: boolean
}

/** `ls-auth profile add NAME`: validates the values, fetches the provider's metadata if any, writes the profile. */
export const addProfile: CliCommand<AddOptions> = { read, run }

function read({ args, flags }: Typed): AddOptions {
  const name = args[0] as string
  if (!/^[\w@][\w.@-]{0,59}$/.test(name)) {
    throw new Failure('usage', `"${safeText(name, 60)}" cannot be a profile name`, {
      hint: 'Use letters, digits, and . _ - @',
    })
  }
  return { name, from: textFlag(flags, 'from'), yes: flags.yes === true }
}

async function run(invocation: Invocation, { name, from, yes }: AddOptions): Promise<void> {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  if (Object.hasOwn(settings.config.profiles, name)) {
    throw new Failure('settings', `the profile ${name} is there already`, {
      hint: `Edit ${settings.config.path}, or: ls-auth profile remove ${name}`,
    })
  }
  const imported = from === undefined ? {} : await readTransfer(invocation, { from, yes })
  const profiles = { ...settings.config.profiles, [name]: imported }
  const candidate = { ...settings, config: { ...settings.config, profiles } }
  const profile = chooseProfile(
    candidate,
    flagsOf(invocation, { newProfile: true, profile: name }),
    ports.env,
  )
  const { preset, http } = profile.client
  const issuer = knownIssuer(profile)
  if (issuer !== undefined) await discover(issuer, preset, await ports.http(http), ports.clock)
  const values = { ...imported, ...typedValues(invocation, profile) }
  const change = { set: name, values: inOrder(values), defaultProfile: defaultToKeep(settings, name) }
  await changeConfig(settings.config, change, await ports.files(), ports.env)
  if (globals(invocation).json)
    return printJson(invocation, { profile: name, redirect_uris: urisOf(profile) })
  const provider = issuer === undefined ? '' : ` (${preset.name})`
  tell(invocation, `Added the profile ${name}${provider} to ${settings.config.path}.`)
  if (issuer !== undefined) return printNextSteps(invocation, profile)
  tell(invocation, 'Nobody signs in: its API is asked without a token.')
  tell(invocation, `Then: ls-auth services --profile ${name}`)
}

/**
 * The issuer; undefined where nobody signs in. A workload provider needs no client id. Failures, before any request:
 * `cannot-do` if it is unusable, `settings` if something is missing.
 */
function knownIssuer(profile: Profile): string | undefined {
  const { preset, issuer } = profile.client
  if (issuer === undefined && !sendsToken(profile)) return undefined
  if (issuer === undefined) {
    throw new Failure('settings', `profile ${profile.name} has no issuer`, {
      hint: 'Add --issuer URL --client-id ID, or --authorization none where the API wants no sign-in.',
    })
  }
  requireProviderInReach(preset)
  return preset.signsIn === 'workload' ? issuer : requireClient(profile).issuer
}

function typedValues(invocation: Invocation, profile: Profile): Record<string, unknown> {
  const flags = SETTING_TABLE.filter((row) => isTyped(row, invocation.settings)).map(({ key }) => [
    key,
    profile.resolved[key as keyof Profile['resolved']].value,
  ])
  const { issuer, clientId } = profile.client
  return {
    ...Object.fromEntries(flags),
    ...(issuer !== undefined && { issuer }),
    ...(clientId !== undefined && { client_id: clientId }),
  }
}

const inOrder = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(SETTING_TABLE.flatMap(({ key }) => (key in values ? [[key, values[key]]] : [])))

const urisOf = ({ client: { issuer, preset } }: Profile): string[] =>
  issuer !== undefined && preset.signsIn === 'person' ? redirectUris(preset) : []

/** Prints the redirect URIs, the steps at the provider, and the next command. */
function printNextSteps(invocation: Invocation, profile: Profile): void {
  const uris = urisOf(profile)
  if (uris.length > 0)
    tell(
      invocation,
      `Register ${uris.length > 1 ? 'these redirect URIs' : 'this redirect URI'} at the provider:`,
    )
  for (const uri of uris) tell(invocation, `  ${uri}`)
  const { columns } = invocation.ports.terminal
  for (const step of profile.client.preset.registration) tell(invocation, wrap(`- ${step}`, columns, '  '))
  tell(
    invocation,
    profile.client.preset.signsIn === 'person'
      ? `Then: ls-auth login --profile ${profile.name}`
      : 'Nobody signs in there: a program passes its token in LS_AUTH_TOKEN.',
  )
}
