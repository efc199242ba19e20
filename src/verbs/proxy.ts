import { basename, dirname, join, resolve } from 'node:path'
import type { PlaceName } from '../backends/backend.ts'
import {
  DATA_SOURCE_FORMAT,
  dataSourceFile,
  PROXY_FORMATS,
  PROXY_ROUTES,
  type ProxyFormat,
  UI_ROUTES,
} from '../backends/data-source.ts'
import { backendOf } from '../backends/table.ts'
import { givenToken, type Invocation, loadProfile, printJson, tell } from '../commands/invocation.ts'
import { type LocalProxy, type OpenMcpDoor, openProxy, servedLine } from '../commands/proxy/open-proxy.ts'
import { refuseExpired, requireReason } from '../commands/request/bound-token.ts'
import { withKnownBackend } from '../commands/request/require-api.ts'
import { Failure } from '../errors.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool, choice, text, texts, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { Env, Files, LocalAddress, LocalServers, Ports } from '../ports/ports.ts'
import { parseDuration } from '../settings/duration.ts'
import { type Profile, sendsToken } from '../settings/profile.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { wholeDuration } from '../text/duration.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'

/** `sun_path` of Linux has 108 bytes, that of macOS 104, with a zero byte at the end; longer ones are cut off unnoticed. */
const MAX_BYTES = 103

/**
 * Makes the place for a Unix socket, in a directory that is the user's and closed to others. Everybody who can open the socket
 * is the user to the API. It removes a socket without a listener. Failures: `usage`, `refused`, `busy`, `storage`.
 */
async function prepareSocketPath(
  { env }: Pick<Ports, 'env'>,
  files: Files,
  servers: LocalServers,
  typed: string,
): Promise<string> {
  if (env.uid === undefined) {
    throw new Failure('usage', 'this system has no Unix sockets with permissions', {
      hint: 'Use a port: --port 0.',
    })
  }
  const path = resolve(typed)
  if (Buffer.byteLength(path) > MAX_BYTES) {
    throw new Failure('usage', `the path of the socket is longer than ${MAX_BYTES} bytes`, {
      hint: 'Choose a shorter one.',
    })
  }
  await requireOwnDirectory(path, env, files)
  const there = await files.inspect(path)
  if (there === undefined) return path
  if (there.kind !== 'socket' || there.uid !== env.uid) {
    throw new Failure('refused', `${safeText(path)} exists and is not your socket`, {
      hint: 'Choose another path. Nothing was changed.',
    })
  }
  if (await servers.isLive(path)) {
    throw new Failure('busy', `another program listens on ${safeText(path)}`, {
      hint: 'Use that program, stop it, or choose another path.',
    })
  }
  await files.remove(path)
  return path
}

/**
 * Makes the directory (0700) when it is missing. A symlink in its place doesn't count. An open one may be open for a reason
 * (/tmp, /run): the hint closes only the directory that it names.
 */
async function requireOwnDirectory(path: string, env: Env, files: Files): Promise<void> {
  const directory = dirname(path)
  const own = join(env.homeDirectory, '.ls-auth')
  const elsewhere =
    directory === own
      ? 'Put the socket into a directory that only you can open.'
      : `Use a directory that only you can open: --socket ${shellWord(join(own, basename(path)))}`
  await files.makeDirectory(directory).catch((cause: NodeJS.ErrnoException) => {
    const isFull = /^(ENOSPC|EDQUOT)$/.test(cause.code ?? '')
    throw new Failure('storage', `cannot make ${safeText(directory)} (${cause.code ?? 'error'})`, {
      cause,
      ...(!isFull && { hint: elsewhere }),
    })
  })
  const facts = await files.inspect(directory)
  if (facts?.kind !== 'directory' || facts.uid !== env.uid) {
    throw new Failure('refused', `${safeText(directory)} is not your directory`, { hint: elsewhere })
  }
  if ((facts.mode & 0o077) !== 0) {
    throw new Failure('refused', `${safeText(directory)} is open to other users of this machine`, {
      hint: directory === own ? `Run: chmod 700 ${shellWord(own)}` : elsewhere,
    })
  }
}

/** Why a proxy ends: its time is over, it was not used, the status for a signal, or the end of the session. */
type End = 'ttl' | 'idle' | number | Failure

/** The life of one proxy. */
interface Lifetime {
  /** Ends it with the session. */
  readonly over: (failure: Failure) => void
  /** Waits for the end. `lastUsed`: see {@link LocalProxy}. */
  end(lastUsed: () => number): Promise<End>
  /** Forgets timers and signals. */
  stop(): void
}

/** Begins now: a signal ends it from here on. */
function lifetime(
  { clock, signals }: Pick<Ports, 'clock' | 'signals'>,
  { ttlSeconds, idleSeconds }: { readonly ttlSeconds: number; readonly idleSeconds: number },
): Lifetime {
  const stop = new AbortController()
  const signalled = signals.ending(stop.signal)
  let over: (failure: Failure) => void = () => {}
  const sessionEnd = new Promise<Failure>((resolve) => {
    over = resolve
  })
  const idle = async (lastUsed: () => number): Promise<'idle'> => {
    for (;;) {
      const left = lastUsed() + idleSeconds * 1000 - clock.now()
      if (left <= 0) return 'idle'
      await clock.sleep(left, stop.signal)
    }
  }
  const ttl = async (): Promise<'ttl'> => {
    await clock.sleep(ttlSeconds * 1000, stop.signal)
    return 'ttl'
  }
  return {
    over,
    end: (lastUsed) => Promise.race([signalled, sessionEnd, ttl(), idle(lastUsed)]),
    stop: () => stop.abort(),
  }
}

/** Prints once, on stdout, how other programs reach the proxy. Failure `cannot-do`: not in this format. */
async function announce(
  invocation: Invocation,
  profile: Profile,
  { port }: LocalProxy,
  address: LocalAddress,
  { format, serves, ttlSeconds, idleSeconds }: ProxyCommandOptions,
): Promise<void> {
  const { terminal, clock } = invocation.ports
  const socket = 'socket' in address ? address.socket : null
  const place = port === undefined ? safeText(socket ?? '') : `127.0.0.1:${port.number}`
  tell(
    invocation,
    `Listening on ${place} for ${profile.api.host}. It stops after ${wholeDuration(ttlSeconds)}, or ${wholeDuration(idleSeconds)} without a request.`,
  )
  if (format === 'json') {
    return printJson(invocation, {
      api: port?.api ?? null,
      port: port?.number ?? null,
      secret: port?.secret ?? null,
      socket,
      expires_at: new Date(clock.now() + ttlSeconds * 1000).toISOString(),
    })
  }
  if (port === undefined && serves === 'mcp') return
  if (port === undefined)
    return tell(
      invocation,
      `Try: curl --unix-socket ${shellWord(socket ?? '')} ${shellWord(`http://traces${serves === 'ui' ? UI_ROUTES.readRoutes[0]?.path : exampleOf(profile)}`)}`,
    )
  if (format === 'env') return terminal.out(`LS_AUTH_API=${port.api}\n`)
  return terminal.out(dataSourceOf(profile, `http://127.0.0.1:${port.number}`, port.secret))
}

/** A Grafana data source that asks the proxy. Failure `cannot-do`: Grafana has none for this back end. */
function dataSourceOf({ backend }: Profile, origin: string, secret: string): string {
  const row = backendOf(backend)
  const file = dataSourceFile(row, origin, secret)
  if (file !== undefined) return file
  throw new Failure('cannot-do', `no such data source for ${row.name}`, {
    hint: 'Use --print env or json.',
  })
}

/** A path that the proxy lets through, without an unknown id. */
function exampleOf(profile: Profile): string {
  const paths = backendOf(profile.backend)
    .readRoutes.filter(({ method }) => method === 'GET')
    .map(({ path }) =>
      path.replace(/:(organization|project)(?![^/])/g, (_, name: PlaceName) =>
        encodeURIComponent(profile.place[name] ?? ''),
      ),
    )
  return paths.find((path) => !path.includes(':')) ?? '/'
}

interface ProxyCommandOptions {
  readonly address: LocalAddress
  readonly format: ProxyFormat
  readonly allowWrite: boolean
  /** What it serves in place of the API's read routes. */
  readonly serves: 'mcp' | 'ui' | undefined
  readonly allowedTools: readonly string[]
  readonly ttlSeconds: number
  readonly idleSeconds: number
}

const TTL_SECONDS = 8 * 3600
const IDLE_SECONDS = 30 * 60

/**
 * `ls-auth proxy`: a local server that sends requests on to the API as the person, for programs that then need no token.
 * Ends with 0 after its time, 3 with the session, 143 and the like by a signal.
 */
export const proxyWith = (openMcp: OpenMcpDoor) =>
  verb({
    summary: 'run a local proxy that adds your token to requests of other programs',
    flags: {
      socket: text('<path>', 'listen on a Unix socket, in your own private directory'),
      port: value('<number>', 'listen on this port of 127.0.0.1 (0: any), with a random secret', readPort),
      print: choice('<format>', 'how to print the address (env)', PROXY_FORMATS),
      mcp: bool('serve the MCP server of the profile, and only its tools that read'),
      allowTool: texts('<name>', 'of --mcp: this tool, too (repeatable)'),
      routes: choice('<name>', 'the read requests of a UI in place of the API', PROXY_ROUTES),
      allowWrite: bool('allow requests, or with --mcp tools, that may change data'),
      ttl: value('<duration>', 'stop after this time (8h)', atLeastOne),
      idle: value('<duration>', 'stop after this time without a request (30m)', atLeastOne),
    },
    formats: [],
    settings: API_SETTINGS,
    variables: ['LS_AUTH_TOKEN'],
    exits: [...OF_A_SESSION, 130, 143],
    examples: [
      { does: 'for curl, over a socket', line: 'ls-auth proxy --socket ~/.ls-auth/traces.sock' },
      { does: 'on a port; prints an address with a secret', line: 'ls-auth proxy --port 0 --ttl 1h' },
      {
        does: 'as a data source of a UI',
        line: `ls-auth proxy --port 4711 --print ${DATA_SOURCE_FORMAT} > traces.yaml`,
      },
      {
        does: 'keep it running after you close the terminal',
        line: 'setsid -f ls-auth proxy --socket ~/.ls-auth/traces.sock',
      },
    ],
    async run(invocation, { socket, port, print, mcp, routes, allowTool, allowWrite, ttl, idle }) {
      const format = invocation.options.json === true ? 'json' : (print ?? PROXY_FORMATS[0])
      const address = addressOf(socket, port)
      const refused = (what: string, hint: string) => new Failure('usage', what, { hint })
      if (socket !== undefined && format === DATA_SOURCE_FORMAT)
        throw refused(`--print ${format} needs a port`, 'Use --port 0 in place of --socket.')
      if (mcp && routes !== undefined)
        throw refused('--mcp and --routes exclude each other', 'Give one of them.')
      if (!mcp && allowTool.length > 0) throw refused('--allow-tool is for --mcp', 'Add --mcp, or drop it.')
      const serves = mcp ? 'mcp' : routes === undefined ? undefined : 'ui'
      if (serves !== undefined && format === DATA_SOURCE_FORMAT)
        throw refused(
          `--print ${format} is for traces alone`,
          `Use --print env or json, or drop --${mcp ? 'mcp' : 'routes'}.`,
        )
      const options: ProxyCommandOptions = {
        ...{ address, format, serves, allowedTools: allowTool, allowWrite },
        ...{ ttlSeconds: ttl ?? TTL_SECONDS, idleSeconds: idle ?? IDLE_SECONDS },
      }
      return { exit: await serveProxy(invocation, options, openMcp) }
    },
  })

/** Failure `usage`: none of them, or both. */
function addressOf(socket: string | undefined, port: number | undefined): LocalAddress {
  if (socket !== undefined && port === undefined) return { socket }
  if (socket === undefined && port !== undefined) return { port }
  const what = socket === undefined ? 'missing --socket or --port' : '--socket and --port exclude each other'
  throw new Failure('usage', what, { hint: 'Give --socket PATH, or --port 0 for any port that is free.' })
}

function readPort(typed: string): number {
  if (/^\d{1,5}$/.test(typed) && Number(typed) <= 65_535) return Number(typed)
  throw new Failure('usage', `--port: "${safeText(typed, 40)}" is not a port`, {
    hint: 'Give a number up to 65535, or 0 for any that is free.',
  })
}

function atLeastOne(typed: string, flag: string): number {
  const seconds = parseDuration(typed, flag)
  if (seconds > 0) return seconds
  throw new Failure('usage', `${flag} must be more than 0`, { hint: `Write it like ${flag} 1h.` })
}

async function serveProxy(
  invocation: Invocation,
  options: ProxyCommandOptions,
  openMcp: OpenMcpDoor,
): Promise<number> {
  const { ports } = invocation
  const { profile: chosen } = await loadProfile(invocation)
  requireReason(chosen.client)
  const { serves, allowWrite } = options
  const given = givenToken(invocation)
  if (given !== undefined && sendsToken(chosen)) {
    refuseExpired(given, chosen.client, ports.clock.now())
    tell(invocation, 'note: ls-auth cannot renew LS_AUTH_TOKEN')
  }
  // The routes that only read are those of its back end.
  const profile = serves || allowWrite ? chosen : await withKnownBackend(invocation, chosen)
  // It doesn't listen when there is nothing to print.
  if (options.format === DATA_SOURCE_FORMAT) dataSourceOf(profile, '', '')
  const address = await placeOf(invocation, options.address)
  const life = lifetime(ports, options)
  const allowed = { write: allowWrite, tools: options.allowedTools }
  const door = serves === 'mcp' ? await openMcp(invocation, profile, allowed) : UI_ROUTES
  const opened = await openProxy(invocation, profile, {
    address,
    ...(serves !== undefined && { door }),
    allowWrite: allowWrite && serves !== 'mcp',
    wish: {},
    served: (served) => tell(invocation, servedLine(served)),
    over: life.over,
  })
  // A second Ctrl-C does not wait for those who still read.
  const forget = ports.signals.beforeEnd(opened.writeDown)
  try {
    await announce(invocation, profile, opened, address, options)
    const end = await life.end(opened.lastUsed)
    if (typeof end === 'number') return end
    if (end instanceof Failure) throw end
    const { ttlSeconds, idleSeconds } = options
    tell(
      invocation,
      end === 'ttl'
        ? `The proxy stops after ${wholeDuration(ttlSeconds)} (--ttl).`
        : `The proxy stops: no request for ${wholeDuration(idleSeconds)} (--idle).`,
    )
    return 0
  } finally {
    life.stop()
    await opened.close()
    forget()
  }
}

async function placeOf({ ports }: Invocation, address: LocalAddress): Promise<LocalAddress> {
  if (!('socket' in address)) return address
  const [files, servers] = [await ports.files(), await ports.localServers()]
  return { socket: await prepareSocketPath(ports, files, servers, address.socket) }
}
