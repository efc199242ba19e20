import { maskInCiLog } from '../commands/ci-log.ts'
import { givenToken, type Invocation, loadProfile, printJson } from '../commands/invocation.ts'
import { noTokenHere } from '../commands/outside-proxy.ts'
import { expiryOf, refuseExpired, refuseHandOut, requireReason } from '../commands/request/bound-token.ts'
import { sessionToken, type TokenWish, tokenWish } from '../commands/request/credentials.ts'
import { openRecorder } from '../commands/request/recorder.ts'
import type { ForeignForm } from '../commands/token-forms.ts'
import { Failure } from '../errors.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool, choice } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { isObject } from '../json-object.ts'
import type { Terminal } from '../ports/terminal.ts'
import type { Profile } from '../settings/profile.ts'
import { requireClient } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'
import { wishFlags } from './flags.ts'

const MOST_BYTES = 64 * 1024

/**
 * The address that Bazel wants credentials for, from standard input: `{"uri": "https://…"}` (credential helper protocol,
 * EngFlow/credential-helper-spec). Failure `usage`: it isn't one.
 */
async function readBazelRequest(terminal: Terminal): Promise<URL> {
  const text = await terminal.readAll(MOST_BYTES)
  const uri = uriIn(text)
  if (typeof uri === 'string' && URL.canParse(uri)) return new URL(uri)
  throw new Failure('usage', 'standard input has no Bazel request', {
    hint: 'Bazel sends one: {"uri": "https://…"}. See: ls-auth token --help',
  })
}

function uriIn(text: string): unknown {
  try {
    const request: unknown = JSON.parse(text)
    return isObject(request) ? request.uri : undefined
  } catch {
    return undefined
  }
}

const FORMS = [
  'raw',
  'header',
  'json',
  'headers',
  'exec-credential',
  'bazel',
  'curl-config',
] as const satisfies readonly ('raw' | 'header' | 'json' | ForeignForm)[]

type TokenForm = (typeof FORMS)[number]

interface TokenOptions {
  readonly wish: TokenWish
  readonly idToken: boolean
  readonly form: TokenForm
}

/** A token to print, with what the record needs. */
interface Given {
  readonly value: string
  readonly secondsLeft?: number
  /** Local clock, milliseconds. */
  readonly expiresAt?: number
  readonly idToken?: string | undefined
}

/** `ls-auth token`: prints a valid token on stdout, from the cache without network, else by one refresh. */
export const token = verb({
  args: '[word]',
  summary: 'print a valid access token and nothing else',
  flags: {
    ...wishFlags,
    format: choice('<form>', 'output: raw, header, or a format for kubectl, Bazel, curl -K', FORMS),
    header: bool('same as --format header'),
    idToken: bool('print the ID token instead of the access token'),
  },
  formats: [],
  settings: ['api', 'reason'],
  completes: [['get']],
  variables: ['LS_AUTH_TOKEN', 'LS_AUTH_CLIENT_SECRET_FILE'],
  exits: [...OF_A_SESSION, 4],
  examples: [
    {
      does: 'send a request as you',
      line: 'curl -H "$(ls-auth token --header)" https://traces.acme.example/',
    },
    { does: 'for a job that takes 30 minutes', line: 'ls-auth token --min-ttl 30m' },
    {
      does: 'the same, without the token in an argument',
      line: 'ls-auth token --format curl-config | curl -K - https://traces.acme.example/',
    },
  ],
  async run(invocation, { format, header, idToken, ...wish }) {
    const form = formOf(format, header, invocation.options.json === true)
    const [word] = invocation.args
    if (word !== undefined && !(form === 'bazel' && word === 'get')) {
      throw new Failure('usage', `token takes no "${safeText(word, 40)}"`, {
        hint: 'Only Bazel adds a word (get), with --format bazel. See: ls-auth token --help',
      })
    }
    await printToken(invocation, { wish: tokenWish(wish), idToken, form })
    return undefined
  },
})

/** `--header` and `--json` are older names of two formats. Failure `usage`: two are asked for. */
function formOf(typed: TokenForm | undefined, header: boolean, json: boolean): TokenForm {
  if (json && header)
    throw new Failure('usage', '--json and --header conflict', { hint: 'Give one of them.' })
  const older = json ? 'json' : header ? 'header' : undefined
  if (typed !== undefined && older !== undefined && typed !== older) {
    throw new Failure('usage', `--${older} and --format ${typed} conflict`, {
      hint: 'Give one of them.',
    })
  }
  return typed ?? older ?? 'raw'
}

async function printToken(invocation: Invocation, options: TokenOptions): Promise<void> {
  const { profile } = await loadProfile(invocation)
  if (options.form === 'bazel' && !(await isForApi(invocation, profile)))
    return invocation.ports.terminal.out('{}\n')
  requireReason(profile.client)
  const given = await tokenFor(invocation, profile, options)
  maskInCiLog(invocation, given.value)
  let recorded: Promise<void> | undefined
  const record = () => {
    recorded ??= recordHandOut(invocation, profile, given)
    return recorded
  }
  // Whoever has read the token may end the command at once.
  const forget = invocation.ports.signals.beforeEnd(record)
  try {
    await print(invocation, options.form, profile, given)
  } finally {
    // Also where the print failed: some of it may have been read.
    await record().finally(forget)
  }
}

/** Bazel asks for every host that it loads from; none but the API may see the token. */
async function isForApi({ ports }: Invocation, { api, resolved }: Profile): Promise<boolean> {
  const { origin } = await readBazelRequest(ports.terminal)
  return resolved.api.source !== 'default' && origin === api.origin
}

async function tokenFor(
  invocation: Invocation,
  profile: Profile,
  { wish, idToken }: TokenOptions,
): Promise<Given> {
  const outside = givenToken(invocation)
  if (outside !== undefined) {
    if (Object.keys(wish).length === 0 && !idToken) return givenWithEnd(invocation, profile, outside)
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or drop --min-ttl, --audience, --scope, --narrow and --id-token.',
    })
  }
  if (profile.throughProxy) throw noTokenHere()
  // An ID token is bound to no key.
  if (!idToken) await refuseHandOut(profile, invocation.ports)
  const want = { ...wish, ...(idToken && { use: 'id' as const }) }
  const { value, secondsLeft, expiresAt, body } = await sessionToken(invocation, requireClient(profile), want)
  return { value, secondsLeft, expiresAt, idToken: body.idToken }
}

/** LS_AUTH_TOKEN, with the end that it says of itself. Failure `not-signed-in`: it has expired. */
async function givenWithEnd({ ports }: Invocation, { client }: Profile, value: string): Promise<Given> {
  // Lazy: the path of a sign-in has no use for it.
  const now = ports.clock.now()
  refuseExpired(value, client, now)
  const expiresAt = expiryOf(value)
  if (expiresAt === undefined) return { value }
  return { value, secondsLeft: Math.max(0, Math.floor((expiresAt - now) / 1000)), expiresAt }
}

/** Prints the token alone, as a header in the profile's scheme, or as another program reads it. */
async function print(
  invocation: Invocation,
  form: TokenForm,
  { authorization, authorizationHeader: header }: Profile,
  { value, secondsLeft, expiresAt }: Given,
): Promise<void> {
  const { terminal } = invocation.ports
  if (form === 'raw') return terminal.out(`${value}\n`)
  if (form === 'json') {
    return printJson(invocation, {
      token: value,
      token_type: 'Bearer',
      expires_in: secondsLeft ?? null,
      expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    })
  }
  const { foreignForm, headerLine } = await import('../commands/token-forms.ts')
  const execInfo = invocation.ports.env.variables.KUBERNETES_EXEC_INFO
  const printed = { token: value, authorization, header, expiresAt, execInfo }
  await terminal.out(form === 'header' ? `${headerLine(printed)}\n` : foreignForm(form, printed))
}

/** Behind the print and loaded behind it, since who waits for the token does not wait for the record. */
async function recordHandOut(
  invocation: Invocation,
  { client }: Profile,
  { value, idToken }: Given,
): Promise<void> {
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(idToken)
  await recorder.note('hand-out', value)
}
