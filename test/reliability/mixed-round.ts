import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from '../world/machine.ts'
import type { Arena } from './arena.ts'
import { loadGun } from './starting-gun.ts'
import type { Tally } from './storm.ts'

/**
 * One round with sign-ins and sign-outs among the processes that want a token. A token may be refused only because
 * somebody has signed out; the sign-ins' own tokens are born nearly dead, so that each of them makes work too.
 */
export async function mixedRound(
  { machine, login, lives, provider }: Arena,
  processes: number,
  tally: Tally,
  print: (line: string) => void,
): Promise<void> {
  lives.signIn = 1
  lives.refresh = 3600
  const first = await login()
  if (first.exit !== 0) throw new Error(`the round could not be prepared: ${first.stderr}`)
  await sleep(1_100)
  const before = provider.refreshCount()
  const others = Math.max(1, Math.floor(processes / 8))
  tally.logins += 1 + others
  const gun = await loadGun(machine, resolve('bin/ls-auth.js'))
  const started = () => performance.now() - fired
  const problems: string[] = []
  const check = (what: string, { exit, signal, stderr }: Ended) => {
    tally.longest = Math.max(tally.longest, started())
    const signedOut = what === 'token' && exit === 3 && /you (are not signed in|were signed out)/.test(stderr)
    if (exit !== 0 && !signedOut) problems.push(`${what}: exit ${exit ?? signal}: ${stderr.trim()}`)
    return signedOut ? 'refused' : 'served'
  }
  // All at once would put every sign-out first and leave nothing to do: they come within what the work takes.
  const late = () => Math.random() * processes * 0.06
  const work: Promise<string>[] = []
  for (let n = 0; n < processes; n++) {
    const what = n % 8 === 3 && n < 8 * others ? 'login' : n % 8 === 6 && n < 8 * others ? 'logout' : 'token'
    const ended = what === 'login' ? login((args) => gun.line(args, late())) : gun.line([what], late()).ended
    work.push(ended.then((end) => check(what, end)))
  }
  await gun.fire()
  const fired = performance.now()
  const ends = await Promise.all(work)
  const refreshes = provider.refreshCount() - before
  tally.refreshes += refreshes
  tally.failures += problems.length
  for (const problem of problems) print(problem)
  const refused = ends.filter((end) => end === 'refused').length
  print(
    `${refreshes} refreshes, ${others} logins, ${others} logouts, ${refused} of ${processes} found nobody signed in`,
  )
}
