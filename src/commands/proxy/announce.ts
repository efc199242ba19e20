import { dataSourceFile, type ProxyFormat } from '../../backends/data-source.ts'
import { backendOf } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import type { LocalAddress } from '../../ports/local-server.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { wholeDuration } from '../../time/whole-duration.ts'
import { type Invocation, printJson, tell } from '../invocation.ts'
import type { LocalProxy } from './open-proxy.ts'

/** Prints once, on stdout, how other programs reach the proxy. Failure `cannot-do`: not in this format. */
export async function announce(
  invocation: Invocation,
  profile: Profile,
  { port }: LocalProxy,
  address: LocalAddress,
  { format, ttlSeconds, idleSeconds }: { format: ProxyFormat; ttlSeconds: number; idleSeconds: number },
): Promise<void> {
  const { terminal, clock } = invocation.ports
  const socket = 'socket' in address ? address.socket : null
  const place = port === undefined ? safeText(socket ?? '') : `127.0.0.1:${port.number}`
  tell(
    invocation,
    `Listening on ${place} for ${profile.api.host}. It ends after ${wholeDuration(ttlSeconds)}, or ${wholeDuration(idleSeconds)} without a request.`,
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
  if (port === undefined)
    return tell(
      invocation,
      `Try: curl --unix-socket ${shellWord(socket ?? '')} ${shellWord(`http://traces${exampleOf(profile)}`)}`,
    )
  if (format === 'env') return terminal.out(`LS_AUTH_API=${port.api}\n`)
  return terminal.out(dataSourceOf(profile, `http://127.0.0.1:${port.number}`, port.secret))
}

/** A Grafana data source that asks the proxy. Failure `cannot-do`: Grafana has none for this back end. */
export function dataSourceOf({ backend }: Profile, origin: string, secret: string): string {
  const row = backendOf(backend)
  const file = dataSourceFile(row, origin, secret)
  if (file !== undefined) return file
  throw new Failure('cannot-do', `there is no data source of this kind for ${row.name}`, {
    hint: 'Use --print env or json.',
  })
}

/** A path that the proxy lets through, without an id that nobody knows yet. */
function exampleOf(profile: Profile): string {
  const { organization = '', project = '' } = profile
  const places: Readonly<Record<string, string>> = { ':organization': organization, ':project': project }
  const paths = backendOf(profile.backend)
    .readRoutes.filter(({ method }) => method === 'GET')
    .map(({ path }) =>
      path.replace(/:(?:organization|project)(?![^/])/g, (name) => encodeURIComponent(places[name] ?? '')),
    )
  return paths.find((path) => !path.includes(':')) ?? '/'
}
