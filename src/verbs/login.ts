import { readClaimsRequest } from '../claims/claims-request.ts'
import { payloadOf } from '../claims/jwt/jwt.ts'
import { readAcrValues, readMaxAge, type SignInRequirements } from '../claims/sign-in-requirements.ts'
import type { Client } from '../client.ts'
import { canAsk } from '../commands/can-ask.ts'
import { noteGivenToken } from '../commands/given-note.ts'
import { globals, type Invocation, loadProfile, printJson, tell, warn } from '../commands/invocation.ts'
import { requireOutsideProxy } from '../commands/outside-proxy.ts'
import { loadPlanned, type PlannedProfile, type SignIn } from '../commands/planned-profile.ts'
import { withTypedFlags } from '../commands/repeat-flags.ts'
import { openRecorder } from '../commands/request/recorder.ts'
import { namesApi } from '../commands/request/require-api.ts'
import { askForProfile } from '../commands/sign-in/first-login.ts'
import { keepSignIn, refuseOtherClient } from '../commands/sign-in/keep-sign-in.ts'
import { loginByAddress, tellDefault } from '../commands/sign-in/login-by-address.ts'
import { terminalDialog } from '../commands/sign-in/terminal-dialog.ts'
import { Failure } from '../errors.ts'
import { bool, repeated, text, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { hintFor } from '../providers/hints.ts'
import type { LoginOptions } from '../session/flow/login-dialog.ts'
import { pendingHeader, readPending } from '../session/flow/pending.ts'
import { personIn } from '../session/kept-sign-in.ts'
import { type SignedIn, signIn, startSignIn } from '../session/sign-in.ts'
import { requireSignInOffered } from '../session/sign-in-offered.ts'
import { parseDuration, shortDuration } from '../settings/duration.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import type { Profile } from '../settings/profile.ts'
import { FIRST_LOGIN, listHint, profileNames } from '../settings/profile-name.ts'
import { requireClient } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'
import { withoutSecret } from '../text/secrets.ts'

/** `ls-auth login`: signs in, stores the session, and creates or completes the profile. */
export const login = verb({
  args: '[url]',
  summary: 'sign in with your identity provider',
  flags: {
    yes: bool('accept the settings that the gateway publishes'),
    device: bool('confirm a code on another device (device flow)'),
    browser: bool('print the address instead of opening a browser', { no: true }),
    paste: bool('browser on another machine: paste the address it ends up at'),
    start: bool('print the address or the code as JSON and return; for an agent that has a human'),
    finish: {
      help: 'finish what --start began, with the address on which the browser ended',
      takes: '[address]',
      read: (typed): string | true | undefined =>
        typed === undefined || typed === true ? typed : String(typed),
    },
    loginHint: text('<user>', 'account to sign in with, such as an e-mail address'),
    prompt: text('<value>', 'prompt to require: login, consent, select_account or none'),
    acr: repeated(
      '<value>',
      "required sign-in level, in the provider's terms (repeatable, best first)",
      (typed) => readAcrValues(typed.join(' ')) ?? unusable('--acr', 'not in printable ASCII, or too long'),
    ),
    maxAge: value(
      '<duration>',
      'sign in again if your last sign-in is older (5m)',
      (typed, flag) => readMaxAge(String(parseDuration(typed, flag))) ?? unusable('--max-age', 'too long'),
    ),
    claims: value('<json>', 'claims to request, as an API demands them', (typed) => {
      const read = readClaimsRequest(typed)
      return 'problem' in read ? unusable('--claims', read.problem) : read.claims
    }),
  },
  formats: [],
  settings: 'all',
  variables: ['LS_AUTH_CLIENT_SECRET_FILE'],
  exits: [3, 4, 6, 7, 8, 9, 11, 130],
  examples: [
    {
      does: "the first time; shows the gateway's settings and asks",
      line: 'ls-auth login https://traces.acme.example',
    },
    {
      does: 'the first time, with your own settings',
      line: 'ls-auth login --issuer https://login.acme.example --client-id ls-auth-cli --profile work',
    },
    { does: 'after that', line: 'ls-auth login' },
    { does: 'on a machine without a browser', line: 'ls-auth login --device' },
  ],
  async run(invocation, flags) {
    const [address] = invocation.args
    const { yes, device, browser, paste, start, finish, loginHint, prompt, acr, maxAge, claims } = flags
    const refused = (what: string, hint = 'Give one of them.') => new Failure('usage', what, { hint })
    if (yes && address === undefined)
      throw refused('--yes needs the address of an API', 'Add it: ls-auth login URL --yes, or drop --yes.')
    if (start && finish !== undefined) throw refused('--start and --finish exclude each other')
    if (device && paste) throw refused('--device and --paste exclude each other')
    if (device && prompt !== undefined)
      throw refused(
        '--prompt does not work with --device',
        'The device flow has no prompt (RFC 8628). Drop one of them.',
      )
    if (device && invocation.options.authorizationParameter !== undefined)
      throw refused(
        '--authorization-parameter does not work with --device',
        'The device flow has no extra parameters (RFC 8628). Drop one of them.',
      )
    const required: SignInRequirements = {
      ...(acr.length > 0 && { acrValues: acr }),
      ...(maxAge !== undefined && { maxAgeSeconds: maxAge }),
      ...(claims && { claims }),
    }
    await signInBy(invocation, {
      flow: device ? 'device' : paste ? 'paste' : browser ? 'browser' : 'url',
      ...(address === undefined ? {} : { address, yes }),
      ...(start && { start }),
      ...(finish !== undefined && { finish }),
      ...(loginHint === undefined ? {} : { loginHint }),
      ...(prompt === undefined ? {} : { prompt }),
      required,
    })
    return undefined
  },
})

const HINTS = {
  '--acr': 'Give one value, exactly as the provider or API spells it. Repeat the flag for more.',
  '--max-age': 'Write it like 0s, 90s, 5m or 1h.',
  '--claims': `Write it like '{"id_token":{"acr":{"essential":true,"value":"VALUE"}}}'.`,
}

function unusable(flag: keyof typeof HINTS, why: string): never {
  throw new Failure('usage', `${flag} is ${why}`, { hint: HINTS[flag] })
}

/** `address`: of an API that says how to sign in. `yes`: do not ask whether that is right. */
type LoginLine = LoginOptions & {
  readonly address?: string | undefined
  readonly yes?: boolean
  /** Ask for an address or a code, print it, and leave the rest to `finish`. */
  readonly start?: true
  /** The address on which the browser ended; true: none is given. */
  readonly finish?: string | true
}

/** What `--finish` has to know of the run that started it. Holds no secret. */
interface StartedRun {
  readonly profile: string
  readonly typed: Invocation['settings']
  /** For hints: the typed words beside the settings. */
  readonly line?: Pick<Invocation, 'args' | 'options'>
  readonly planned?: Pick<PlannedProfile, 'values' | 'optionalScopes'>
}

async function signInBy(
  invocation: Invocation,
  { address, yes = false, ...options }: LoginLine,
  planned?: PlannedProfile,
): Promise<void> {
  requireOutsideProxy('login', invocation.ports.env)
  const { start, finish } = options
  if (finish !== undefined && !isStarted(invocation)) return finishRun(invocation, options)
  const signInAs: SignIn = (named, plan) => signInBy(named, options, plan)
  if (address !== undefined) {
    const named = await loginByAddress(invocation, address, yes, signInAs, start === true).catch((error) => {
      if (!(error instanceof Failure) || error.reason !== 'needs-no-sign-in') throw error
      tell(invocation, `${error.message}. ${error.hint}`)
      return undefined
    })
    return start || named === undefined ? undefined : tellDefault(named)
  }
  const { settings, profile } = planned
    ? await loadPlanned(invocation, planned)
    : await loadProfile(invocation, { newProfile: true })
  const { clientId, issuer, workload } = profile.client
  if ((issuer === undefined || (clientId ?? workload) === undefined) && !profile.saved) {
    if (profileNames(settings).length === 0 && canAsk(invocation)) {
      return askForProfile(invocation, settings, profile, signInAs)
    }
    if (issuer === undefined) throw noProfile(settings, profile.name)
  }
  if (workload) throw noSignIn(profile)
  requireSignInOffered(profile.client.preset)
  if (!planned) refuseOtherClient(settings, profile)
  const { optionalScopes = profile.client.optionalScopes } = planned ?? {}
  const client = { ...requireClient(profile), ...(optionalScopes && { optionalScopes }) }
  const dialog = terminalDialog(invocation)
  if (start) {
    const { values } = planned ?? {}
    const { start: _, ...typed } = invocation.options
    const started: StartedRun = {
      profile: profile.name,
      typed: invocation.settings,
      line: { args: invocation.args, options: typed },
      ...(values && { planned: { values, ...(optionalScopes && { optionalScopes }) } }),
    }
    return printJson(
      invocation,
      await startSignIn(client, options, invocation.ports, dialog, { run: started }),
    )
  }
  const signedIn = await signIn(client, await resumed(client, options, invocation), invocation.ports, dialog)
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(signedIn.tokens.idToken)
  await recorder.note('sign-in', signedIn.tokens.accessToken)
  const saved = await keepSignIn(
    invocation,
    settings,
    profile,
    client,
    planned && withAsked(planned, signedIn),
  )
  await printSignedIn(invocation, profile, client, signedIn, saved)
  noteGivenToken(invocation)
  await warnOfOtherWay(invocation, options, signedIn)
}

const STARTED = Symbol('of a run that was started')
const isStarted = (invocation: Invocation): boolean => Object.hasOwn(invocation, STARTED)

/** Continues with the profile, plan and flags of the run that started the sign-in. Failure `session-ended`: none waits. */
async function finishRun(invocation: Invocation, line: LoginLine): Promise<void> {
  const { ports } = invocation
  const { places } = await readSettings(ports.env, await ports.files())
  const header = await pendingHeader(places.stateDirectory, ports)
  const { profile, typed, planned, line: first } = header.run as StartedRun
  const { yes: _, ...options } = line
  const set = Object.fromEntries(
    Object.entries(invocation.settings).filter(([, value]) => value !== undefined),
  )
  const started = {
    ...invocation,
    options: { ...invocation.options, profile },
    settings: { ...typed, ...set },
    [STARTED]: true,
  }
  return signInBy(started, options, planned).catch(async (error) => {
    // Nothing of a changed note is repeated.
    if (!(error instanceof Failure) || error.code === 'refused' || first === undefined) throw error
    throw withTypedFlags(error, { ...started, ...first })
  })
}

/** Opened before anything is sent: until then nothing that was read of it is authentic. */
async function resumed(
  client: Client,
  { finish, ...options }: LoginLine,
  { ports }: Invocation,
): Promise<LoginOptions> {
  if (finish === undefined) return options
  const callback = finish === true ? undefined : finish
  return { ...options, resume: { pending: await readPending(client, callback, ports), callback } }
}

/** The plan with the scopes that were asked for. */
const withAsked = (planned: PlannedProfile, { scopes }: SignedIn): PlannedProfile =>
  planned.optionalScopes === undefined ? planned : { ...planned, values: { ...planned.values, scopes } }

/** A provider may sign in otherwise than `acr_values` ask for (OpenID Connect Core §3.1.2.1: a voluntary claim). */
async function warnOfOtherWay(
  invocation: Invocation,
  { required }: LoginLine,
  { idClaims }: SignedIn,
): Promise<void> {
  const asked = required?.acrValues ?? []
  const held = typeof idClaims?.acr === 'string' ? idClaims.acr : undefined
  if (asked.length === 0 || (held !== undefined && asked.includes(held))) return
  const ways = asked.map((way) => safeText(way, 60)).join(' or ')
  await warn(invocation, {
    message: `the provider does not confirm the requested sign-in level (acr): ${ways}`,
    hint: `It says: ${held === undefined ? 'nothing' : safeText(held, 120)}. An API that requires it will refuse this sign-in.`,
  })
}

/** A workload asks for its tokens itself. */
const noSignIn = ({ name }: Profile): Failure =>
  new Failure('cannot-do', `profile ${safeText(name, 60)} is for a program and needs no sign-in`, {
    hint: `Commands get a token by themselves, such as: ls-auth whoami --profile ${safeText(name, 60)}`,
  })

function noProfile(settings: Settings, name: string): Failure {
  const known = profileNames(settings)
  if (known.length === 0)
    return new Failure('usage', 'there is no profile yet', {
      hint: FIRST_LOGIN,
    })
  const safe = safeText(name, 60)
  return new Failure('usage', `there is no profile "${safe}"`, {
    hint: `${listHint(known)} To create it: ls-auth login --profile ${safe} --issuer URL --client-id ID`,
  })
}

/** Whether a refresh token was requested, in the way of this provider. */
const wantsRefreshToken = ({ preset }: Client): boolean =>
  preset.offline === 'scope' ? preset.scopes.includes('offline_access') : preset.offline !== 'none'

function withoutRefresh({ preset, issuer, clientId }: Client): { message: string; hint: string } {
  const seen = { where: 'token', error: 'no-refresh-token' } as const
  const hint = hintFor(preset.id, seen, { issuer, client: clientId })
  return {
    message: 'the provider sent no refresh token',
    hint: hint ?? 'Sign in again when the token expires.',
  }
}

async function printSignedIn(
  invocation: Invocation,
  profile: Profile,
  client: Client,
  signedIn: SignedIn,
  saved: string[],
): Promise<void> {
  const { idClaims, tokens, userinfo } = signedIn
  const name = personIn({ ...(idClaims ?? payloadOf(tokens.accessToken)), ...userinfo })
  if (globals(invocation).json) {
    return printJson(invocation, {
      profile: profile.name,
      issuer: client.issuer,
      subject: idClaims?.sub ?? null,
      name: personIn({ ...idClaims, ...userinfo }) ?? null,
      expires_in: signedIn.expiresIn,
      renewable: signedIn.refreshable,
      missing_scopes: signedIn.missingScopes,
      api: namesApi(profile) ? withoutSecret(profile.api.href) : null,
    })
  }
  const savedNote = saved.length > 0 ? ` (saved: ${saved.join(', ')})` : ''
  const { refreshExpiresIn: life } = signedIn.tokens
  const end = life ? `; ends after ${shortDuration(life)} without use` : ''
  const renewal = signedIn.refreshable ? `renewed as needed${end}` : 'then sign in again'
  tell(invocation, name === undefined ? 'Signed in (name unknown).' : `Signed in as ${safeText(name, 120)}.`)
  tell(invocation, `  profile  ${safeText(profile.name, 60)}${savedNote}`)
  tell(
    invocation,
    namesApi(profile)
      ? `  API      ${safeText(withoutSecret(profile.api.href), 120)}`
      : `  API      not set yet: ls-auth login --profile ${safeText(profile.name, 60)} --api URL`,
  )
  tell(invocation, `  token    ${shortDuration(signedIn.expiresIn)}, ${renewal}`)
  if (idClaims === undefined && signedIn.scopes.includes('openid'))
    tell(invocation, 'note: the provider sent no ID token, although openid was asked for.')
  if (idClaims === undefined && name !== undefined && userinfo === undefined)
    tell(invocation, 'note: your name comes from the access token; ls-auth did not check its signature.')
  await printWarnings(invocation, client, signedIn)
}

async function printWarnings(invocation: Invocation, client: Client, signedIn: SignedIn): Promise<void> {
  if (!signedIn.refreshable && wantsRefreshToken(client)) await warn(invocation, withoutRefresh(client))
  if (signedIn.missingScopes.length > 0) {
    const scopes = signedIn.missingScopes.map((scope) => safeText(scope, 60)).join(', ')
    const { unlistedScopes } = client.preset
    await warn(invocation, {
      message: `the provider ${unlistedScopes ? 'does not confirm' : 'did not grant'} ${scopes}`,
      hint: unlistedScopes ?? 'Allow them for this client at the provider, or remove them from scopes.',
    })
  }
  for (const { assertion, expected, reason } of signedIn.unknown) {
    const why = reason ? ` (${reason})` : ''
    await warn(invocation, {
      message: `cannot tell whether ${assertion} is ${safeText(expected, 120)}${why}`,
      hint: 'ls-auth check shows each expectation. With strict in expect ls-auth refuses this sign-in.',
    })
  }
}
