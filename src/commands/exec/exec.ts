import { Failure } from '../../errors.ts'
import type { ChildEnd } from '../../ports/programs.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { maskInCiLog } from '../ci-log.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { optionWords } from '../command-line.ts'
import { givenToken, type Invocation, loadProfile, tell } from '../invocation.ts'
import { refuseHandOut } from '../request/bound-token.ts'
import { sessionToken } from '../request/credentials.ts'
import { refuseExpired } from '../request/given-expiry.ts'
import { openRecorder } from '../request/recorder.ts'
import { requireReason } from '../request/require-reason.ts'
import { readTokenWish, type TokenWish } from '../request/token-wish.ts'
import { childVariables, proxyVariables } from './child-variables.ts'

/** In words with other signs cmd.exe, or a batch file, may read more than a word. */
const PROGRAM = /^[\w.:\\/-]+$/
const ARGUMENT = /^[\w@+=:./\\~-]+$|^[\w@+=:./~, -]+$/

/**
 * A failure to start a batch file of Windows, with the line that starts it. cmd.exe reads the words of a batch file once
 * more, and no escaping is right for all of them (CVE-2024-27980), so the person names cmd.exe, and nothing is escaped here.
 * Any other error stays as it is.
 */
function startedByCmd(
  error: unknown,
  [program = '', ...args]: readonly string[],
  { options, ports }: Pick<Invocation, 'options' | 'ports'>,
): unknown {
  if (!(error instanceof Failure) || error.reason !== 'batch-file') return error
  const { platform } = ports.env
  const ours = `ls-auth exec${optionWords(options, platform)} --`
  if (!PROGRAM.test(program) || !args.every((arg) => ARGUMENT.test(arg)))
    return error.withHint(
      `cmd.exe reads signs in words itself. Start it, and type them there: ${ours} cmd /d`,
    )
  // cmd.exe takes a slash for the beginning of an option.
  const words = [program.replaceAll('/', '\\'), ...args].map((word) => shellWord(word, platform))
  return error.withHint(`Start it by cmd.exe: ${ours} cmd /d /c ${words.join(' ')}`)
}

interface ExecOptions {
  readonly command: readonly string[]
  /** The variable that holds the token. */
  readonly variable: string
  readonly wish: TokenWish
  /** The command gets no token, but the address of a local proxy that adds it. */
  readonly proxy: boolean
}

/** By these a child, its loader or its interpreter finds what it runs. A token in one of them breaks it. */
const TAKEN =
  /^(?:PATH|HOME|IFS|ENV|BASH_ENV|SHELL|NODE_OPTIONS|PYTHON\w*|PERL5\w*|RUBY\w*|(?:LD|DYLD)_\w+)$/i

const SETTINGS_OF_THE_CHILD =
  /^LS_AUTH_(API|BACKEND|ORGANIZATION|PROJECT|TENANT|REASON|PROXY|PROXY_PROFILE|TOKEN_PROFILE|AUTHORIZATION_HEADER)$/i

/**
 * `ls-auth exec -- CMD…`: runs a command as the person. The token is in its environment and never in its arguments, which
 * every user of the machine can read. Gives the status of the command.
 */
export const exec: CliCommand<ExecOptions> = { read, run }

function read({ args, flags }: Typed): ExecOptions {
  const variable = (flags.env as string | undefined) ?? 'LS_AUTH_TOKEN'
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    throw new Failure('usage', `--env: "${safeText(variable, 40)}" is not the name of a variable`, {
      hint: 'Use letters, digits and _, such as TRACE_TOKEN.',
    })
  }
  if (SETTINGS_OF_THE_CHILD.test(variable)) {
    throw new Failure('usage', `--env: ${variable} is for a setting of the API, not for a token`, {
      hint: 'Choose another name, such as TRACE_TOKEN.',
    })
  }
  if (TAKEN.test(variable)) {
    throw new Failure('usage', `--env: ${variable} decides how programs are found and run`, {
      hint: 'Choose another name, such as TRACE_TOKEN.',
    })
  }
  if ((args[0] ?? '') === '') {
    throw new Failure('usage', 'no command was given', {
      hint: 'Put it behind two dashes: ls-auth exec -- CMD',
    })
  }
  const proxy = flags.proxy === true
  if (proxy && flags.env !== undefined) {
    throw new Failure('usage', '--env names a variable for the token, and with --proxy there is none', {
      hint: 'Leave one of them out.',
    })
  }
  return { command: args, variable, wish: readTokenWish(flags), proxy }
}

async function run(invocation: Invocation, options: ExecOptions): Promise<number> {
  const { ports } = invocation
  const { profile } = await loadProfile(invocation)
  requireReason(profile.client)
  if (options.proxy) return runBehindProxy(invocation, profile, options)
  const token = sendsToken(profile) ? await tokenFor(invocation, profile, options.wish) : undefined
  if (token !== undefined) {
    maskInCiLog(invocation, token.value)
    const recorder = openRecorder(invocation, profile.client)
    recorder.signedInBy(token.idToken)
    await recorder.note('hand-out', token.value)
  }
  const variables = childVariables(ports.env.variables, options.variable, token?.value, profile)
  return start(invocation, options.command, variables)
}

/** The proxy lives as long as the command. */
async function runBehindProxy(
  invocation: Invocation,
  profile: Profile,
  { command, wish }: ExecOptions,
): Promise<number> {
  const { ports, options } = invocation
  // Lazy: without --proxy there is no server.
  const { openProxy, servedLine } = await import('../proxy/open-proxy.ts')
  const given = givenToken(invocation)
  if (given !== undefined) acceptGiven(invocation, profile, { token: given, wish, done: 'used' })
  const proxy = await openProxy(invocation, profile, {
    address: { port: 0 },
    allowWrite: false,
    wish,
    served: (served) => {
      if (options.debug === true) ports.terminal.err(`debug: ${servedLine(served)}\n`)
    },
    over: () => {},
  })
  try {
    const variables = proxyVariables(ports.env.variables, proxy.port?.api ?? '', profile)
    return await start(invocation, command, variables)
  } finally {
    // While the command runs, signals are for it.
    const forget = ports.signals.beforeEnd(proxy.writeDown)
    await proxy.close()
    forget()
  }
}

async function tokenFor(
  invocation: Invocation,
  profile: Profile,
  wish: TokenWish,
): Promise<{ value: string; idToken?: string | undefined }> {
  const given = givenToken(invocation)
  if (given === undefined) {
    await refuseHandOut(profile, invocation.ports)
    const { value, body } = await sessionToken(invocation, requireClient(profile), wish)
    return { value, idToken: body.idToken }
  }
  acceptGiven(invocation, profile, { token: given, wish, done: 'handed on' })
  return { value: given }
}

/** Says that LS_AUTH_TOKEN is the token. Failures: `usage`: another one is asked for; `not-signed-in`: it has expired. */
function acceptGiven(
  invocation: Invocation,
  { client }: Profile,
  { token, wish, done }: { readonly token: string; readonly wish: TokenWish; readonly done: string },
): void {
  if (Object.keys(wish).length > 0) {
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or leave out --min-ttl, --audience, --scope and --narrow.',
    })
  }
  refuseExpired(token, client, invocation.ports.clock.now())
  tell(invocation, `note: LS_AUTH_TOKEN is ${done} as it is; it cannot be renewed`)
}

/** Gives the status that a shell would see. */
async function start(
  invocation: Invocation,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const programs = await invocation.ports.programs()
  const end = await programs.run(command, variables).catch((error) => {
    throw startedByCmd(error, command, invocation)
  })
  return statusOf(end)
}

/** As a shell tells it: 128 and the number of the signal. */
const statusOf = (end: ChildEnd): number => ('status' in end ? end.status : 128 + end.signalNumber)
