import { resolve } from 'node:path'
import type { Ended, RunOptions } from '../world/machine.ts'
import type { Arena } from './arena.ts'
import { examine, type Verdicts } from './autopsy.ts'
import type { Point } from './points.ts'

const HOUR = 3_600_000

/** Runs the test entry instead of the program, on a clock that is set forward whenever the token must be cold. */
export class Subject {
  readonly #arena: Arena
  #ahead = 0
  signedIn = false

  constructor(arena: Arena) {
    this.#arena = arena
  }

  readonly run = (args: string[], options?: RunOptions) => this.start(args, options).ended
  readonly cold = () => {
    this.#ahead += 2 * HOUR
  }
  readonly token = () => {
    this.cold()
    return this.run(['token'])
  }
  /** A sign-in that is meant to succeed, or with a plan to kill itself. */
  async login(env?: Record<string, string>): Promise<Ended> {
    const end = await this.#arena.login((args) => this.start(args, env ? { env } : {}))
    if (!env && end.exit !== 0) throw new Error(`cannot sign in: ${end.stderr}`)
    this.signedIn = true
    return end
  }

  start(args: string[], { env = {} }: RunOptions = {}) {
    return this.#arena.machine.start(args, { env: { ...env, LS_AUTH_AHEAD: String(this.#ahead) } })
  }
}

export const ENTRY = resolve('.build/killed-entry.mjs')

/** Kills one process at one point, and examines what it left. */
export async function killAt(
  point: Point,
  arena: Arena,
  subject: Subject,
  verdicts: Verdicts,
): Promise<void> {
  const where = `${point.command}: ${point.when} ${point.operation} (${point.nth})`
  if (!subject.signedIn) await subject.login()
  subject.cold()
  const since = arena.provider.requests.length
  const live = arena.provider.liveRefreshTokens()
  const { command: _, orphans, ...kill } = point
  const env = { LS_AUTH_KILL: JSON.stringify(kill) }
  const end =
    point.command === 'login' ? await subject.login(env) : await subject.run([point.command], { env })
  if (end.signal !== 'SIGKILL') {
    verdicts.broken.push(`${where}: the point was not reached (exit ${end.exit}: ${end.stderr.trim()})`)
    return
  }
  verdicts.kills += 1
  const { disk, alive } = await examine(arena, verdicts, where, since, subject.token)
  subject.signedIn = alive
  // Whatever can still be known is revoked by the next command that takes the lock; a sign-out waits for a sign-in.
  const more = arena.provider.liveRefreshTokens() - live
  if (more > 0 && !orphans && disk.is === 'readable')
    verdicts.broken.push(`${where}: ${more} grants are left unrevoked`)
}
