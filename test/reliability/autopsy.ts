import type { ProviderRequest } from '../world/provider.ts'
import type { Arena } from './arena.ts'
import { lockIsFree, lookAtDisk, type OnDisk } from './disk.ts'

/** What kills cost, added up. */
export interface Verdicts {
  kills: number
  unreadable: number
  stuckLocks: number
  lost: number
  lostOutsideWindow: number
  /** Anything else that was promised and did not hold. */
  readonly broken: string[]
}

export const noVerdicts = (): Verdicts => ({
  kills: 0,
  unreadable: 0,
  stuckLocks: 0,
  lost: 0,
  lostOutsideWindow: 0,
  broken: [],
})

/**
 * Looks at what a killed process left. The named window: the refresh token on the disk has been sent (the provider's
 * log has it), and its answer is not on the disk (`attempt` is). Only there a session may end, and it says so. A process
 * that came before this look may have been told already: then the token was sent twice, and is not sent a third time.
 */
export async function examine(
  arena: Arena,
  verdicts: Verdicts,
  where: string,
  since: number,
  token: () => ReturnType<Arena['machine']['run']>,
): Promise<{ readonly disk: OnDisk; readonly alive: boolean }> {
  if (!(await lockIsFree(arena))) verdicts.stuckLocks += 1
  const disk = await lookAtDisk(arena)
  if (disk.is === 'unreadable') {
    verdicts.unreadable += 1
    verdicts.broken.push(`${where}: unreadable: ${disk.why}`)
  }
  const sent = arena.provider.requests.slice(since)
  const next = await token()
  const sentNow = arena.provider.requests.slice(since + sent.length)
  if (next.exit === 0 && disk.is === 'absent') verdicts.broken.push(`${where}: a token although signed out`)
  if (next.exit === 0) return { disk, alive: true }
  if (next.exit === 3 && disk.is === 'absent' && next.stderr.includes('not signed in'))
    return { disk, alive: false }
  const ended = next.exit === 3 && disk.is === 'readable' && next.stderr.includes('sign-in has ended')
  if (!ended) {
    verdicts.broken.push(`${where}: then exit ${next.exit}: ${next.stderr.trim()}`)
    return { disk, alive: false }
  }
  verdicts.lost += 1
  const times = sent.filter((request) => spends(request, disk.refresh)).length
  if (disk.attempt === undefined || times < (disk.attempt === 'lost' ? 2 : 1)) {
    verdicts.lostOutsideWindow += 1
    verdicts.broken.push(`${where}: the session was lost outside the window`)
  } else if (disk.attempt === 'lost' && sentNow.some((request) => spends(request, disk.refresh))) {
    verdicts.broken.push(`${where}: a refresh token that is known to be used up was sent again`)
  } else if (!next.stderr.includes('renewal was interrupted')) {
    verdicts.broken.push(`${where}: the message does not say what happened: ${next.stderr.trim()}`)
  }
  return { disk, alive: false }
}

export const spends = ({ path, grantType, parameters }: ProviderRequest, refresh: string): boolean =>
  path === '/token' && grantType === 'refresh_token' && parameters.get('refresh_token') === refresh
