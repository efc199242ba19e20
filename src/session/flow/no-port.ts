import { Failure } from '../../errors.ts'

/** A port that cannot be listened at, with the code of the system: EADDRINUSE, EACCES, … */
export interface RefusedPort {
  readonly port: number
  readonly code: string
}

/** Where it is told, and what else a person can do, such as `or set redirect_ports …`. */
export interface Advice {
  readonly platform?: NodeJS.Platform
  readonly otherWay?: string
}

/** Hyper-V, WSL and Docker have Windows reserve ranges of ports, other ones after each start. */
const SEE_RESERVED =
  'See what Windows reserves: netsh interface ipv4 show excludedportrange protocol=tcp. Then '

/** Failure `settings`: none of the ports is free. `refused`: in the order in which they were tried. Port 0 is any. */
export function noPortFree(
  refused: readonly RefusedPort[],
  { platform, otherWay = 'or set redirect_ports to others that are registered.' }: Advice,
): Failure {
  const inUse = refused.filter(({ code, port }) => code === 'EADDRINUSE' && port !== 0)
  const reserved = refused.filter(({ code, port }) => code === 'EACCES' && port !== 0)
  const others = refused.filter((one) => !inUse.includes(one) && !reserved.includes(one))
  const why = [
    told(inUse, 'in use'),
    told(reserved, 'reserved by this system'),
    ...others.map(({ port, code }) =>
      port === 0 ? `no local port could be opened (${code})` : `port ${port} cannot be opened (${code})`,
    ),
  ].filter((text) => text !== '')
  return new Failure('settings', `cannot wait for the browser: ${why.join('; ')}`, {
    hint:
      reserved.length === 0 ? `Free a port, ${otherWay}` : instead(platform, otherWay.replace(/^or /, '')),
  })
}

const told = (ports: readonly RefusedPort[], what: string): string =>
  ports.length === 0
    ? ''
    : `${ports.length === 1 ? 'port' : 'ports'} ${ports.map(({ port }) => port).join(', ')} ${ports.length === 1 ? 'is' : 'are'} ${what}`

/** Nobody can free a port that the system keeps. */
const instead = (platform: NodeJS.Platform | undefined, way: string): string =>
  platform === 'win32' ? SEE_RESERVED + way : way.charAt(0).toUpperCase() + way.slice(1)
