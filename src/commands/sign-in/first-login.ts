import { BACKEND_IDS, type BackendId, backendOf, listed } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import type { Terminal } from '../../ports/terminal.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../../settings/profile.ts'
import { defaultToKeep, isProfileName } from '../../settings/profile-name.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrap } from '../../text/wrap.ts'
import { changeSettings, requireUnchanged, tellSaved } from '../change-settings.ts'
import { optionWords } from '../command-line.ts'
import { flagsOf, globals, type Invocation, tell } from '../invocation.ts'
import type { SignIn } from '../planned-profile.ts'
import { withTypedFlags } from '../repeat-flags.ts'
import { asApi, asIssuer, type Found, type Looker, lookAt } from '../request/look-at-address.ts'
import { openRecorder } from '../request/recorder.ts'
import { loginByAddress } from './login-by-address.ts'
import { registrationLines } from './registration-lines.ts'

/** For a person who waits; `--timeout` sets another. */
const LOOK_MILLISECONDS = 10_000

type Values = Readonly<Record<string, string>>

/**
 * Asks what a first sign-in needs, and has `signIn` sign in with it and write it as a profile. `profile`: what flags and
 * environment say already, which is not asked for. Failures: `declined`, `storage`, `settings`, and those of `signIn`.
 */
export async function askForProfile(
  invocation: Invocation,
  settings: Settings,
  profile: Profile,
  signIn: SignIn,
): Promise<void> {
  const { terminal, clock, env } = invocation.ports
  const { http: limits } = profile.client
  const recorder = openRecorder(invocation, profile.client)
  const looker: Looker = {
    http: await invocation.ports.http({
      ...limits,
      timeoutMilliseconds: limits.timeoutMilliseconds ?? LOOK_MILLISECONDS,
    }),
    clock,
    now: () => clock.now(),
    // Named like all requests, but not in the record: who stops half way leaves nothing on the machine.
    witness: (request) => ({ ...recorder.request(request), ended: async () => {} }),
  }
  tell(invocation, 'No profile yet. Answer a few questions: Enter explains, Ctrl-C stops.')
  const found = await firstAddress(terminal, profile, looker)
  if (found.kind === 'open-api') return saveOpen(invocation, settings, found)
  if (found.kind === 'closed-api' && (await askWhatItSays(invocation, found.api, signIn))) return
  // A machine without a keychain says so before all the other questions.
  const answered = found.kind === 'issuer' ? { issuer: found.issuer } : { api: found.api }
  if (profile.client.store === 'keychain')
    await (await invocation.ports.keychain()).get('first-login').catch(asTyped(invocation, answered))
  const api =
    found.kind === 'issuer' ? await askForApi(invocation, profile, looker) : closedApi(invocation, found)
  const isGateway = found.kind === 'issuer' && api !== undefined && api.backend === undefined
  if (isGateway && (await askWhatItSays(invocation, api.api, signIn))) return
  const issuer = found.kind === 'issuer' ? found.issuer : await askForIssuer(terminal, looker)
  const place = api === undefined ? {} : await askForPlace(terminal, profile, api)
  const values = { issuer, ...(api && { api: api.api }), ...place }
  const client_id = profile.client.clientId ?? (await askForClient(invocation, settings, values))
  const name = await askForName(invocation, settings, 'work')
  const named = { ...invocation, options: { ...invocation.options, profile: name } }
  await signIn(named, { values: { ...values, client_id } }).catch((error) => {
    if (!(error instanceof Failure)) throw error
    const words = optionWords({ profile: name, ...values, clientId: client_id }, env.platform)
    throw error.withDetail(`the same without questions: ls-auth login${words}`)
  })
}

/** Commands in the hint repeat the answer to the first question. */
const asTyped =
  (invocation: Invocation, options: Values | { readonly api: undefined }, args: readonly string[] = []) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof Failure)) throw error
    throw withTypedFlags(error, { ...invocation, args, options: { ...invocation.options, ...options } })
  }

/** An API that says itself how to sign in is asked about nothing else; false: it says nothing. */
async function askWhatItSays(invocation: Invocation, api: string, signIn: SignIn): Promise<boolean> {
  const unnamed = { ...invocation, settings: { ...invocation.settings, api: undefined } }
  let isOffered = false
  try {
    await loginByAddress(unnamed, api, false, (named, planned) => {
      isOffered = true
      return signIn(named, planned)
    })
    return true
  } catch (error) {
    const saysNothing = (failure: Failure) =>
      failure.code === 'not-found' || failure.reason === 'identity-provider'
    if (error instanceof Failure && !isOffered && saysNothing(error)) return false
    return asTyped(invocation, { api: undefined }, [api])(error)
  }
}

async function firstAddress(terminal: Terminal, profile: Profile, looker: Looker): Promise<Found> {
  const { value } = profile.resolved.api
  if (profile.client.issuer !== undefined) {
    const issuer = await asIssuer(profile.client.issuer, looker)
    if (issuer instanceof Failure) throw issuer
    return { kind: 'issuer', issuer }
  }
  return ask(terminal, {
    text: 'Address of the trace API, or of the identity provider (issuer)',
    explain:
      'Examples: https://traces.acme.example (your trace gateway), https://login.acme.example (where you sign in), or 127.0.0.1:16686 (a server on this machine).',
    ...(value === undefined ? {} : { empty: String(value) }),
    judge: (answer) => lookAt(answer, looker),
  })
}

function askForIssuer(terminal: Terminal, looker: Looker): Promise<string> {
  return ask(terminal, {
    text: 'Address of the identity provider (issuer) that it trusts',
    explain:
      "Your company's sign-in address, such as https://login.acme.example. It serves ISSUER/.well-known/openid-configuration. Ask whoever runs the API.",
    judge: (answer) => asIssuer(answer, looker),
  })
}

interface Api {
  readonly api: string
  readonly backend: BackendId | undefined
}

/** The API of a sign-in whose issuer is known; undefined: it is named later. */
async function askForApi(
  invocation: Invocation,
  { resolved }: Profile,
  looker: Looker,
): Promise<Api | undefined> {
  return ask<Api | undefined>(invocation.ports.terminal, {
    text: 'Address of the trace API or its gateway, or "later"',
    explain: 'Your trace API, such as https://traces.acme.example. "later": sign in now and add it later.',
    ...(resolved.api.value === undefined ? {} : { empty: String(resolved.api.value) }),
    async judge(answer) {
      if (/^later$/i.test(answer)) return undefined
      const found = await asApi(answer, looker)
      if (found instanceof Failure) return found
      return found.kind === 'open-api' ? found : closedApi(invocation, found)
    },
  })
}

function closedApi(invocation: Invocation, { api }: { readonly api: string }): Api {
  tell(invocation, `${safeText(new URL(api).host, 200)} is an API that requires a token.`)
  return { api, backend: undefined }
}

/** The back end, and the settings without which it cannot be asked. */
async function askForPlace(terminal: Terminal, { resolved }: Profile, api: Api): Promise<Values> {
  const set = resolved.backend.value as BackendId | undefined
  const choices = listed(BACKEND_IDS, 'or')
  const backend =
    api.backend ??
    set ??
    (await ask(terminal, {
      text: `Trace back end at that address: ${choices}`,
      explain: `Type one of these words. If unsure, ask whoever runs ${safeText(new URL(api.api).host, 200)}.`,
      judge: (answer) =>
        BACKEND_IDS.find((id) => id === answer.toLowerCase()) ??
        wrong(
          `"${safeText(answer, 60)}" is not one of them.`,
          `${didYouMean(answer, BACKEND_IDS)}Type ${choices}.`,
        ),
    }))
  const values: Record<string, string> = { backend }
  for (const key of backendOf(backend).needs) {
    const known = resolved[key].value
    values[key] =
      typeof known === 'string'
        ? known
        : await ask(terminal, {
            text: `${backendOf(backend).name} ${key}`,
            explain: `The name of the ${key}, as in the addresses of ${backendOf(backend).name}.`,
            judge: (answer) => answer,
          })
  }
  return values
}

/** Says what to register, and asks for what that gave. */
async function askForClient(invocation: Invocation, settings: Settings, values: Values): Promise<string> {
  const { terminal, env } = invocation.ports
  const flags = flagsOf(invocation, { newProfile: true })
  const { issuer = '' } = values
  const { client } = chooseProfile(settings, { ...flags, values: { ...flags.values, issuer } }, env)
  const { preset } = client
  tell(invocation, `\n${preset.name}: an administrator registers ls-auth there once, as a public client.`)
  for (const line of registrationLines(preset, terminal.columns)) terminal.err(`${line}\n`)
  tell(invocation, `Requested scopes: ${safeText(preset.scopes.join(' '), 500)}`)
  tell(invocation, 'If the API needs its own scope, add it later: ls-auth login --scope NAME\n')
  return ask(terminal, {
    text: 'Client id',
    explain: "The client's id at the provider. It is not secret. If you have none, ask an administrator.",
    judge: (answer) =>
      /^\S{1,500}$/.test(answer) ? answer : wrong('A client id has no spaces.', 'Copy only the client id.'),
  })
}

async function askForName(invocation: Invocation, settings: Settings, offered: string): Promise<string> {
  const named = globals(invocation).profile ?? invocation.ports.env.variables.LS_AUTH_PROFILE
  if (named) return named
  return ask(invocation.ports.terminal, {
    text: 'Name of the profile',
    explain: '',
    empty: offered,
    judge(answer) {
      if (!isProfileName(answer))
        return wrong('That cannot be a profile name.', 'Use letters, digits, and . _ - @')
      return Object.hasOwn(settings.config.profiles, answer)
        ? wrong(`There is a profile ${answer} already.`, 'Choose another name.')
        : answer
    },
  })
}

async function saveOpen(
  invocation: Invocation,
  settings: Settings,
  { api, backend }: Extract<Found, { kind: 'open-api' }>,
): Promise<void> {
  const what = backendOf(backend).name
  tell(invocation, `${safeText(new URL(api).host, 200)} is a ${what} that answers without a sign-in.`)
  const name = await askForName(invocation, settings, backend)
  const values = { backend, api, authorization: 'none' }
  const { path } = await changeSettings(invocation, settings, (now) => {
    requireUnchanged(settings, now, name, values)
    return { set: name, values, defaultProfile: defaultToKeep(now, name) }
  })
  tellSaved(invocation, name, path)
  tell(invocation, `No sign-in needed: ls-auth sends it no token.\nThen: ls-auth services`)
}

/** One question to the person at the terminal. */
interface Question<T> {
  /** Ends without a colon; a default goes into brackets by itself. */
  readonly text: string
  /** Said after an empty answer; a question with `empty` has none. */
  readonly explain: string
  /** The answer that Enter alone gives. */
  readonly empty?: string
  /** The value, or in a Failure why the answer is none. */
  judge(answer: string): Promise<T | Failure> | T | Failure
}

const TRIES = 5
const LONGEST_ANSWER = 2000
/** What a terminal puts around pasted text (bracketed paste). */
const PASTE_MARKS = /\u001b\[20[01]~/g
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/**
 * Asks on stderr until the answer is good. Failure `declined`: the end of the input (Ctrl-D), or five wrong answers.
 * Ctrl-C is a signal, which ends the process.
 */
async function ask<T>(terminal: Terminal, question: Question<T>): Promise<T> {
  const { text, explain, empty } = question
  const shown = empty ? `${text} [${safeText(empty, 80)}]: ` : `${text}: `
  for (let left = TRIES; left > 0; left--) {
    terminal.err(wrap(shown, terminal.columns))
    const line = await terminal.readLine()
    if (line === undefined) {
      terminal.err('\n')
      throw new Failure('declined', 'you left questions open; nothing was saved')
    }
    const answer = line.replaceAll(PASTE_MARKS, '').trim() || empty
    if (answer === undefined) {
      terminal.err(`${indented(explain, terminal)}\n`)
      continue
    }
    const value = unusable(answer) ?? (await question.judge(answer))
    if (!(value instanceof Failure)) return value
    for (const one of [value.message, ...value.detail, value.hint])
      terminal.err(`${indented(safeText(one, 500), terminal)}\n`)
  }
  throw new Failure('declined', `no usable answer in ${TRIES} tries; nothing was saved`, {
    hint: 'Without questions: ls-auth login --issuer URL --client-id ID --api URL',
  })
}

const indented = (text: string, { columns }: Terminal): string =>
  `  ${wrap(text, columns - 2).replaceAll('\n', '\n  ')}`

function unusable(answer: string): Failure | undefined {
  if (answer.length > LONGEST_ANSWER)
    return wrong('That answer is too long.', 'Did you paste something else? Try again.')
  if (!CONTROL.test(answer)) return undefined
  return wrong(
    `"${safeText(answer, 120)}" holds control characters.`,
    'Type it again, or paste it as plain text.',
  )
}

/** An answer that is none, and what to do. */
const wrong = (message: string, hint: string): Failure => new Failure('usage', message, { hint })
