import { changeSettings, requireUnchanged } from '../commands/change-settings.ts'
import { commandLine } from '../commands/command-line.ts'
import { flagsOf, globals, type Invocation, printJson, tell } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { confirmOrigins, LOCAL_SETTINGS, readTransfer } from '../commands/profile-transfer.ts'
import { registerForProfile } from '../commands/sign-in/register-client.ts'
import { registrationLines } from '../commands/sign-in/registration-lines.ts'
import { unregisterFormer } from '../commands/sign-in/unregister-client.ts'
import { Failure } from '../errors.ts'
import { OF_SETTINGS } from '../frame/exit-statuses.ts'
import { bool, text } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { urisToRegister } from '../providers/presets.ts'
import { asksForTokens, discover, discoverIssuer } from '../session/documents/metadata.ts'
import { requireProviderInReach } from '../session/sign-in-offered.ts'
import { readSettings } from '../settings/files/settings-files.ts'
import { chooseProfile, type Profile, sendsToken } from '../settings/profile.ts'
import { defaultToKeep, isProfileName } from '../settings/profile-name.ts'
import { isTyped } from '../settings/setting-key.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { safeText } from '../text/safe-text.ts'
import { profileArgument } from './flags.ts'

/** A profile that `profile add` has written. */
interface Added {
  readonly profile: Profile
  /** The file with it. */
  readonly path: string
  /** Undefined: without a sign-in. */
  readonly issuer: string | undefined
  /** Of a client that the provider has just registered. */
  readonly clientId: string | undefined
  readonly isImported: boolean
  readonly isReplaced: boolean
  /** The settings of the profile that was replaced which stay. */
  readonly keptKeys: readonly string[]
}

/** Says what was written, what it does not touch, and what to do next. */
function tellAdded(invocation: Invocation, added: Added): void {
  const { profile, path, issuer, clientId, isReplaced, keptKeys } = added
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
    `${isReplaced ? 'Replaced' : 'Added'} the profile ${name}${provider} ${isReplaced ? 'in' : 'to'} ${path}.`,
  )
  if (keptKeys.length > 0) tell(invocation, `Kept from the previous profile: ${keptKeys.join(', ')}.`)
  for (const line of nextSteps(invocation, added)) tell(invocation, line)
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
      `Nothing was sent to ${safeText(issuer, 200)}: the sign-in will show whether it answers.`,
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
      : "No sign-in needed: set LS_AUTH_TOKEN to the program's token."

/**
 * `ls-auth profile add NAME`: validates the values, fetches the provider's metadata if any, writes the profile. One from a file
 * is taken without asking its issuer: it may be imported before its network exists.
 */
export const profileAdd = verb({
  args: '[name]',
  summary: 'make a profile, without signing in',
  flags: {
    name: profileArgument,
    from: text('<file>', 'import it from a file of your team; asks before saving'),
    register: bool('register a client for ls-auth at the provider (RFC 7591)'),
    replace: bool('replace an existing profile'),
    yes: bool('do not ask'),
  },
  formats: [],
  settings: 'all',
  exits: [...OF_SETTINGS, 4, 7],
  examples: [
    {
      does: 'from a file that a colleague exported; shows issuer and API, then asks',
      line: 'ls-auth profile add --from work.toml',
    },
    {
      does: 'from settings; shows what to register at the provider',
      line: 'ls-auth profile add work --issuer https://login.acme.example --client-id ls-auth-cli',
    },
    {
      does: 'the same, and register the client at the provider',
      line: 'ls-auth profile add work --issuer https://login.acme.example --register',
    },
  ],
  async run(invocation, options) {
    const { name, from, register } = options
    if (name === undefined && from === undefined) {
      const line = commandLine({ ...invocation, args: ['NAME'] })
      throw new Failure('usage', 'the new profile has no name', {
        hint: `Only a file (--from FILE) brings its own name. Add a name: ${line}`,
      })
    }
    if (name !== undefined) checkName(name)
    const beside = from === undefined ? invocation.settings.clientId && '--client-id' : '--from'
    if (register && beside)
      throw new Failure('usage', `--register and ${beside} exclude each other`, { hint: 'Give one of them.' })
    await add(invocation, options)
    return undefined
  },
})

function checkName(name: string): void {
  if (isProfileName(name)) return
  throw new Failure('usage', `"${safeText(name, 60)}" cannot be a profile name`, {
    hint: 'Use letters, digits, and . _ - @',
  })
}

interface AddOptions {
  /** Undefined: the one in the file. */
  readonly name: string | undefined
  /** The path of a profile file to import. */
  readonly from: string | undefined
  readonly register: boolean
  readonly replace: boolean
  readonly yes: boolean
}

async function add(invocation: Invocation, options: AddOptions): Promise<void> {
  const { ports } = invocation
  requireOutsideProxy('profile add', ports.env)
  const { from, register, replace, yes } = options
  const settings = await readSettings(ports.env, await ports.files())
  const transfer =
    from === undefined ? undefined : await readTransfer(invocation, { from, name: options.name })
  const name = transfer?.name ?? (options.name as string)
  checkName(name)
  const old = settings.config.profiles[name]
  if (old !== undefined && !replace) throw isThere(invocation, name)
  if (transfer) await confirmOrigins(invocation, transfer.values, yes)
  const given = { ...kept(old), ...transfer?.values }
  const profiles = { ...settings.config.profiles, [name]: given }
  // A fault of an imported value is in its file.
  const path = transfer?.file ?? settings.config.path
  const candidate = { ...settings, config: { ...settings.config, path, profiles } }
  const flags = flagsOf(invocation, { newProfile: true, profile: name })
  const profile = judged(() => chooseProfile(candidate, flags, ports.env))
  const { preset, http } = profile.client
  const issuer = knownIssuer(invocation, profile, register, transfer?.file)
  if (issuer !== undefined && !transfer) {
    const ask = asksForTokens(profile.client) ? discover : discoverIssuer
    await ask(issuer, preset, await ports.http(http), ports.clock)
  }
  const save = async (clientId?: string) => {
    const typed =
      clientId === undefined
        ? { ...identity(profile, settings.system.path), ...typedValues(invocation, profile) }
        : // A registered client is one of this issuer only, whatever the system's file names later.
          { ...typedValues(invocation, profile), issuer, client_id: clientId }
    const values = { ...without(old), ...inOrder({ ...given, ...typed }) }
    await changeSettings(invocation, settings, (now) => {
      if (!old && Object.hasOwn(now.config.profiles, name)) throw isThere(invocation, name)
      requireUnchanged(settings, now, name, values)
      return { set: name, values, defaultProfile: defaultToKeep(now, name) }
    })
    return { values, clientId }
  }
  const { values, clientId } = await (register
    ? registerForProfile(invocation, profile, ({ clientId, commit }) => commit(() => save(clientId)))
    : save())
  if (old) await unregisterFormer(invocation, settings, name, values)
  const isImported = transfer !== undefined
  tellAdded(invocation, {
    profile,
    path: settings.config.path,
    issuer,
    clientId,
    isImported,
    isReplaced: !!old,
    keptKeys: Object.keys(kept(old)),
  })
}

function isThere(invocation: Invocation, name: string): Failure {
  return new Failure('settings', `the profile ${name} already exists`, {
    hint: `To change one setting of it: ls-auth profile set KEY VALUE --profile ${name}`,
    detail: [`to replace it: ${commandLine(invocation, { replace: true })}`],
  })
}

type Table = Readonly<Record<string, unknown>>

/** What stays of a profile that is replaced. */
const kept = (old: Table = {}): Table =>
  Object.fromEntries(Object.entries(old).filter(([key]) => LOCAL_SETTINGS.has(key)))
/** A change that takes all of it away. */
const without = (old: Table = {}): Table =>
  Object.fromEntries(Object.keys(old).map((key) => [key, undefined]))

/** The profile; the hint of a table that is not complete names `profile set`, and there is no profile yet. */
function judged(choose: () => Profile): Profile {
  try {
    return choose()
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'incomplete-workload') throw error
    throw error.withHint('Complete the table there. See docs/reference/settings.md')
  }
}

/**
 * The issuer; undefined without a sign-in. A workload provider needs no client id. `file`: that of an import. Failures, before
 * any request: `cannot-do` if it is unusable, `settings` if something is missing.
 */
function knownIssuer(
  invocation: Invocation,
  profile: Profile,
  register: boolean,
  file: string | undefined,
): string | undefined {
  const { preset, issuer, clientId } = profile.client
  if (issuer === undefined && !sendsToken(profile)) return undefined
  if (issuer === undefined) {
    throw new Failure('settings', `profile ${profile.name} has no issuer`, {
      hint: register
        ? 'Add --issuer URL, where the client is registered.'
        : 'Add --issuer URL --client-id ID, or --authorization none if the API needs no sign-in.',
    })
  }
  requireProviderInReach(preset)
  if (register || preset.signsIn === 'workload' || clientId !== undefined) return issuer
  const typed = commandLine(invocation, { clientId: 'ID' })
  throw new Failure(
    'settings',
    `profile ${profile.name} has no client_id${file === undefined ? '' : ` in ${safeText(file, 200)}`}`,
    {
      hint:
        file === undefined ? `Name it: ${typed}` : `Add client_id there, or on the command line: ${typed}`,
    },
  )
}

const typedValues = (invocation: Invocation, { resolved }: Profile): Record<string, unknown> =>
  Object.fromEntries(
    SETTING_TABLE.filter((row) => isTyped(row, invocation.settings)).map(({ key }) => [
      key,
      resolved[key as keyof Profile['resolved']].value,
    ]),
  )

/**
 * The issuer and the client id, also where a variable names them. Those of the system's file stay there: a copy of them
 * would hide what the administrator changes later.
 */
const identity = ({ resolved }: Profile, systemFile: string): Record<string, unknown> =>
  Object.fromEntries(
    (['issuer', 'client_id'] as const).flatMap((key) => {
      const { value, source } = resolved[key]
      return value === undefined || source === systemFile ? [] : [[key, value]]
    }),
  )

/** In the order of the documents; other keys come last. */
const inOrder = (values: Record<string, unknown>): Record<string, unknown> => ({
  ...Object.fromEntries(SETTING_TABLE.flatMap(({ key }) => (key in values ? [[key, values[key]]] : []))),
  ...values,
})
