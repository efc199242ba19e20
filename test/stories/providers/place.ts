import { freePort } from '../../world/free-port.ts'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { type Simulator, startSimulator } from '../../world/simulator/simulator.ts'
import { openWorld, type World } from '../../world/world.ts'

/** One simulated provider and one person's machine, with a profile for it. */
export interface Place {
  readonly simulator: Simulator
  readonly world: World
  /** The profile's redirect port, where the provider insists on one. */
  readonly port: number | undefined
  /** Time passes, for both of them. */
  pass(seconds: number): void
  close(): Promise<void>
}

/**
 * Opens both. `settings`: lines of the profile beside those that every profile needs. Where the provider compares
 * redirect URIs with their port, a free one is registered there and named in the profile, as a person would.
 */
export async function openPlace(behaviour: Behaviour, settings: readonly string[] = []): Promise<Place> {
  const port = behaviour.redirect.compare === 'exact' ? await freePort() : undefined
  const simulator = await simulatorAt(behaviour, port)
  const world = await openWorld({ visitor: { user: 'ada' }, secrets: () => simulator.secrets })
  await world.writeConfig(
    [
      '[profiles.work]',
      `provider = "${behaviour.id}"`,
      `issuer = "${simulator.issuer}"`,
      `client_id = "${behaviour.clientId}"`,
      ...(port === undefined ? [] : [`redirect_ports = [${port}]`]),
      ...(behaviour.publicSecret === undefined ? [] : [`client_secret = "${behaviour.publicSecret}"`]),
      ...settings,
      '',
    ].join('\n'),
  )
  return {
    simulator,
    world,
    port,
    pass(seconds) {
      simulator.advance(seconds)
      world.clockOffset += seconds * 1000
    },
    async close() {
      await Promise.all([simulator.close(), world.close()])
    },
  }
}

/** Starts one. Where the provider compares redirect URIs with their port, this one is registered. */
export function simulatorAt(behaviour: Behaviour, port: number | undefined): Promise<Simulator> {
  const { redirect } = behaviour
  if (redirect.compare !== 'exact' || port === undefined) return startSimulator(behaviour)
  const registered = redirect.registered.map((uri) => withPort(uri, port))
  return startSimulator({ ...behaviour, redirect: { ...redirect, registered } })
}

function withPort(uri: string, port: number): string {
  const url = new URL(uri)
  url.port = String(port)
  return url.href
}

/** The claims of a JWT, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
