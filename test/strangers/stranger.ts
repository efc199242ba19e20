import { writeSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Visitor } from '../world/browser.ts'
import { openWorld, type World } from '../world/world.ts'

/** An identity provider that this project did not write, running on loopback with a few people. */
export interface Stranger {
  readonly issuer: string
  /** A public client that is trusted: nobody is asked for consent. */
  readonly clientId: string
  /** A public client for which the person is asked. */
  readonly askingClientId: string
  /** The redirect port that is registered, where the provider compares it. */
  readonly port: number | undefined
  /** Lines that a profile needs here beside issuer, client and port. */
  readonly settings: readonly string[]
  /** One of its people at a browser that is not signed in yet. */
  person(user: string, decision?: Visitor['decision']): Visitor
  /** Ends every session of this person in the provider's own way. */
  endSessions(user: string): Promise<void>
  /** How many requests its token endpoint has answered, whatever the answer. */
  tokenRequests(): Promise<number>
  /** Takes the server down. */
  stop(): Promise<void>
  /** Brings it back at the same address, with all that it knew. */
  start(): Promise<void>
  /** Takes it down and brings it back with another signing key. */
  replaceKey(): Promise<void>
  /** @param failed whether to keep its directory with the log, and to say where. */
  close(failed: boolean): Promise<void>
}

/** Requests in the access log of a token endpoint. */
export async function countPosts(logFile: string, path: string): Promise<number> {
  const log = await readFile(logFile, 'utf8')
  return log.split('\n').filter((line) => line.includes(`POST ${path}`)).length
}

/** Removes a provider's directory, or keeps it for whoever looks for the reason of a failure. */
export async function removeOrKeep(directory: string, failed: boolean): Promise<void> {
  if (failed) writeSync(2, `the log of the provider is ${join(directory, 'server.log')}\n`)
  else await rm(directory, { recursive: true, force: true, maxRetries: 3 })
}

/** The file of a profile `work` for this provider. */
export const profileFor = (stranger: Stranger, settings: readonly string[]): string =>
  [
    '[profiles.work]',
    `issuer = "${stranger.issuer}"`,
    ...(stranger.port === undefined ? [] : [`redirect_ports = [${stranger.port}]`]),
    ...stranger.settings,
    ...settings,
    '',
  ].join('\n')

/**
 * A machine whose user `user` has that profile and is not signed in yet. No output but `token`'s may hold what its
 * keychain holds.
 */
export async function openVisit(
  stranger: Stranger,
  user: string,
  options: { clientId?: string; decision?: Visitor['decision'] } = {},
): Promise<World> {
  const { clientId = stranger.clientId, decision } = options
  const world: World = await openWorld({
    visitor: stranger.person(user, decision),
    secrets: () => [...world.keychain.items.values()].flatMap((item) => item.match(/[\w-]{20,}/g) ?? []),
  })
  await world.writeConfig(profileFor(stranger, [`client_id = "${clientId}"`]))
  return world
}
