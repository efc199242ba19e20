import { DATA_SOURCE_FORMAT, PROXY_FORMATS, type ProxyFormat } from '../../backends/data-source.ts'
import { Failure } from '../../errors.ts'
import type { LocalAddress } from '../../ports/local-server.ts'
import { sendsToken } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { wholeDuration } from '../../time/whole-duration.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { givenToken, type Invocation, loadProfile, tell } from '../invocation.ts'
import { refuseExpired } from '../request/given-expiry.ts'
import { requireReason } from '../request/require-reason.ts'
import { durationFlag, textFlag } from '../typed-flags.ts'
import { announce, dataSourceOf } from './announce.ts'
import { lifetime } from './lifetime.ts'
import { openProxy, servedLine } from './open-proxy.ts'
import { prepareSocketPath } from './socket-path.ts'

interface ProxyCommandOptions {
  readonly address: LocalAddress
  readonly format: ProxyFormat
  readonly allowWrite: boolean
  readonly ttlSeconds: number
  readonly idleSeconds: number
}

const TTL_SECONDS = 8 * 3600
const IDLE_SECONDS = 30 * 60

/**
 * `ls-auth proxy`: a local server that sends requests on to the API as the person, for programs that then need no token.
 * Ends with 0 after its time, 3 with the session, 143 and the like by a signal.
 */
export const proxy: CliCommand<ProxyCommandOptions> = { read, run }

function read({ flags, json }: Typed): ProxyCommandOptions {
  const format = json ? 'json' : ((flags.print as ProxyFormat | undefined) ?? PROXY_FORMATS[0])
  const address = readAddress(flags)
  if ('socket' in address && format === DATA_SOURCE_FORMAT) {
    throw new Failure('usage', `--print ${format} needs a port`, {
      hint: 'Use --port 0 in place of --socket.',
    })
  }
  return {
    address,
    format,
    allowWrite: flags.allowWrite === true,
    ttlSeconds: atLeastOne(durationFlag(flags, 'ttl') ?? TTL_SECONDS, '--ttl'),
    idleSeconds: atLeastOne(durationFlag(flags, 'idle') ?? IDLE_SECONDS, '--idle'),
  }
}

function readAddress(flags: Typed['flags']): LocalAddress {
  const socket = textFlag(flags, 'socket')
  const port = textFlag(flags, 'port')
  if ((socket === undefined) === (port === undefined)) {
    const what = socket === undefined ? 'nothing says where to listen' : '--socket and --port are two places'
    throw new Failure('usage', what, { hint: 'Give --socket PATH, or --port 0 for any port that is free.' })
  }
  if (socket !== undefined) return { socket }
  if (/^\d{1,5}$/.test(port as string) && Number(port) <= 65_535) return { port: Number(port) }
  throw new Failure('usage', `--port: "${safeText(port as string, 40)}" is not a port`, {
    hint: 'Give a number up to 65535, or 0 for any that is free.',
  })
}

function atLeastOne(seconds: number, flag: string): number {
  if (seconds > 0) return seconds
  throw new Failure('usage', `${flag} must be longer than nothing`, { hint: `Write it like ${flag} 1h.` })
}

async function run(invocation: Invocation, options: ProxyCommandOptions): Promise<number> {
  const { ports } = invocation
  const { profile } = await loadProfile(invocation)
  requireReason(profile.client)
  // Nobody listens when there is nothing to print.
  if (options.format === DATA_SOURCE_FORMAT) dataSourceOf(profile, '', '')
  const given = givenToken(invocation)
  if (given !== undefined && sendsToken(profile)) {
    refuseExpired(given, profile.client, ports.clock.now())
    tell(invocation, 'note: LS_AUTH_TOKEN is used as it is; it cannot be renewed')
  }
  const address = await placeOf(invocation, options.address)
  const life = lifetime(ports, options)
  const opened = await openProxy(invocation, profile, {
    address,
    allowWrite: options.allowWrite,
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
        ? `The proxy ends after ${wholeDuration(ttlSeconds)} (--ttl).`
        : `The proxy ends: no request for ${wholeDuration(idleSeconds)} (--idle).`,
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
