import { PLACE_NAMES, placeVariable } from '../backends/backend.ts'
import { maskInCiLog } from '../commands/ci-log.ts'
import { givenToken, type Invocation, loadProfile, tell } from '../commands/invocation.ts'
import type { OpenMcpDoor } from '../commands/proxy/open-proxy.ts'
import { openProxy, servedLine } from '../commands/proxy/open-proxy.ts'
import { refuseExpired, refuseHandOut, requireReason } from '../commands/request/bound-token.ts'
import { sessionToken, type TokenWish, tokenWish } from '../commands/request/credentials.ts'
import { openRecorder, profileOfGiven } from '../commands/request/recorder.ts'
import { requireApiOfGiven, withKnownBackend } from '../commands/request/require-api.ts'
import { Failure } from '../errors.ts'
import { bool, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { ChildEnd } from '../ports/ports.ts'
import type { ProofSource } from '../providers/workload-sources.ts'
import { type Profile, sendsToken } from '../settings/profile.ts'
import { requireClient } from '../settings/required-client.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { safeText } from '../text/safe-text.ts'
import { wishFlags } from './flags.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The settings of a profile that a child process needs to ask the same API. */
type ApiSettings = Pick<
  Profile,
  | 'api'
  | 'authorizationHeader'
  | 'backend'
  | 'isBackendKnown'
  | 'client'
  | 'name'
  | 'place'
  | 'resolved'
  | 'saved'
  | 'throughProxy'
>

const HTTP_PROXIES = /^(http|https|all)_proxy$/i

/**
 * The environment of a child that asks the API by a local proxy: its address with the secret, without a token or a workload's
 * proof. Where other HTTP proxies are set, this address is excepted: the secret is not for them.
 */
function proxyVariables(
  variables: Variables,
  address: string,
  settings: ApiSettings,
): Record<string, string> {
  const child = {
    ...childVariables(
      withoutProof(variables, settings.client.workload?.source),
      'LS_AUTH_TOKEN',
      undefined,
      settings,
    ),
    LS_AUTH_API: address,
    LS_AUTH_PROXY: '1',
    ...startedWith(variables, settings),
  }
  if (!Object.keys(child).some((name) => HTTP_PROXIES.test(name))) return child
  const { NO_PROXY, no_proxy } = variables
  const excepted = [NO_PROXY ?? no_proxy, '127.0.0.1'].filter(Boolean).join(',')
  return { ...child, NO_PROXY: excepted, no_proxy: excepted }
}

function withoutProof(variables: Variables, source: ProofSource | undefined): Variables {
  const holders =
    source?.kind === 'variable'
      ? [source.variable]
      : source?.kind === 'request'
        ? [source.urlVariable, source.passwordVariable]
        : []
  // Windows takes the name in any case.
  const names = new Set(holders.map((name) => name.toUpperCase()))
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.has(name.toUpperCase())))
}

/** The profile that the token is of: the child may name another one, which does not count. Empty: none that is saved. */
function startedWith(
  variables: Variables,
  { name, saved, throughProxy }: ApiSettings,
): Record<string, string> {
  const own = profileOfGiven(variables, variables.LS_AUTH_TOKEN?.trim()) ?? (saved ? name : '')
  // A proxy behind a proxy has the token of the outer one.
  const profile = throughProxy ? variables.LS_AUTH_PROXY_PROFILE : own
  return profile === undefined ? {} : { LS_AUTH_PROXY_PROFILE: profile }
}

/**
 * The environment of a child that runs as the person: the token under `name`, and the settings of the API. It takes out every
 * other variable of ours, so that the child learns nothing of this run (a key file, a profile) by accident. A setting without a
 * value is absent. `token` undefined: the API takes none.
 */
function childVariables(
  variables: Variables,
  name: string,
  token: string | undefined,
  settings: ApiSettings,
): Record<string, string> {
  const { api, authorizationHeader, backend, client, place, resolved } = settings
  const own = {
    // Without a slash at its end, as the address of a local proxy: "$LS_AUTH_API/x" is right with both.
    LS_AUTH_API: resolved.api.value === undefined ? undefined : api.href.replace(/\/$/, ''),
    LS_AUTH_BACKEND: settings.isBackendKnown ? backend : undefined,
    ...Object.fromEntries(PLACE_NAMES.map((key) => [placeVariable(key), place[key]])),
    // The profile of an ls-auth that the child starts may want a reason.
    LS_AUTH_REASON: client.reason,
    // Only with a token, and where it is not the usual one.
    LS_AUTH_AUTHORIZATION_HEADER:
      token === undefined || resolved.authorization_header.source === 'default'
        ? undefined
        : authorizationHeader,
    // The address of an outer proxy is for the child, too.
    ...(settings.throughProxy && { LS_AUTH_PROXY: '1', ...startedWith(variables, settings) }),
    // For the record of an ls-auth that the child starts. It may have another profile, or none of this name.
    LS_AUTH_TOKEN_PROFILE:
      token !== undefined && name === 'LS_AUTH_TOKEN'
        ? (profileOfGiven(variables, token) ?? settings.name)
        : undefined,
    [name]: token,
  }
  const others = Object.entries(variables).filter(([key]) => !/^LS_AUTH_/i.test(key) && key !== name)
  return Object.fromEntries(
    [...others, ...Object.entries(own)].filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
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
export const execWith = (openMcp: OpenMcpDoor) =>
  verb({
    args: '[command...]',
    summary: 'run a command as you: exec -- CMD...',
    flags: {
      proxy: bool('give the command no token; its LS_AUTH_API is a proxy that adds it'),
      mcp: bool('of --proxy: LS_AUTH_API is the MCP server of the profile, and only its tools that read'),
      env: value('<name>', 'variable for the token (LS_AUTH_TOKEN)', readVariable),
      ...wishFlags,
    },
    formats: [],
    completes: ['programs'],
    settings: API_SETTINGS,
    failsWith: 125,
    variables: ['LS_AUTH_TOKEN'],
    exits: [125, 126, 127],
    examples: [
      { does: 'a script that calls ls-auth, in a container', line: 'ls-auth exec -- ./report.sh' },
      {
        does: 'another program, with its own variable',
        line: 'ls-auth exec --env TRACES_TOKEN -- ./dashboard',
      },
      { does: 'a program that must not have a token', line: 'ls-auth exec --proxy -- ./agent' },
    ],
    async run(invocation, { proxy, mcp, env, ...wish }) {
      const { args: command } = invocation
      if ((command[0] ?? '') === '') {
        throw new Failure('usage', 'missing command', {
          hint: 'Put it after two dashes: ls-auth exec -- CMD',
        })
      }
      if (mcp && !proxy)
        throw new Failure('usage', '--mcp needs --proxy', {
          hint: 'Add it: ls-auth exec --proxy --mcp -- CMD',
        })
      if (proxy && env !== undefined) {
        throw new Failure('usage', '--env names a variable for the token, but --proxy gives none', {
          hint: 'Drop one of them.',
        })
      }
      const options = { command, variable: env ?? 'LS_AUTH_TOKEN', wish: tokenWish(wish), proxy, mcp }
      return { exit: await execute(invocation, options, openMcp) }
    },
  })

function readVariable(name: string): string {
  const refused = (why: string, hint = 'Choose another name, such as TRACE_TOKEN.') =>
    new Failure('usage', `--env: ${why}`, { hint })
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw refused(
      `"${safeText(name, 40)}" is not the name of a variable`,
      'Use letters, digits and _, such as TRACE_TOKEN.',
    )
  if (SETTINGS_OF_THE_CHILD.test(name)) throw refused(`${name} is an API setting, not a token`)
  if (TAKEN.test(name)) throw refused(`${name} controls how programs run`)
  return name
}

interface ExecOptions {
  readonly command: readonly string[]
  /** The variable that holds the token. */
  readonly variable: string
  readonly wish: TokenWish
  /** The command gets no token, but the address of a local proxy that adds it, to the API or to its MCP server. */
  readonly proxy: boolean
  readonly mcp: boolean
}

async function execute(invocation: Invocation, options: ExecOptions, openMcp: OpenMcpDoor): Promise<number> {
  const { ports } = invocation
  const { profile } = await loadProfile(invocation)
  requireReason(profile.client)
  if (options.proxy) return runBehindProxy(invocation, profile, options, openMcp)
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
  chosen: Profile,
  { command, wish, mcp }: ExecOptions,
  openMcp: OpenMcpDoor,
): Promise<number> {
  const { ports, options } = invocation
  // Lazy: without --proxy there is no server.
  const given = givenToken(invocation)
  if (given !== undefined) acceptGiven(invocation, chosen, { token: given, wish })
  const profile = mcp ? chosen : await withKnownBackend(invocation, chosen)
  const proxy = await openProxy(invocation, profile, {
    address: { port: 0 },
    ...(mcp && { door: await openMcp(invocation, profile, { write: false, tools: [] }) }),
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
  acceptGiven(invocation, profile, { token: given, wish })
  return { value: given }
}

/** Says that LS_AUTH_TOKEN is the token. Failures: `usage`: another one is asked for; `not-signed-in`: it has expired. */
function acceptGiven(
  invocation: Invocation,
  profile: Profile,
  { token, wish }: { readonly token: string; readonly wish: TokenWish },
): void {
  if (Object.keys(wish).length > 0) {
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or drop --min-ttl, --audience, --scope and --narrow.',
    })
  }
  requireApiOfGiven(invocation.ports.env, profile)
  refuseExpired(token, profile.client, invocation.ports.clock.now())
  tell(invocation, 'note: ls-auth cannot renew LS_AUTH_TOKEN')
}

/** Gives the status that a shell would see. */
async function start(
  invocation: Invocation,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const programs = await invocation.ports.programs()
  return statusOf(await programs.run(command, variables))
}

/** As a shell tells it: 128 and the number of the signal. */
const statusOf = (end: ChildEnd): number => ('status' in end ? end.status : 128 + end.signalNumber)
