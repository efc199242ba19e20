import { setTimeout as sleep } from 'node:timers/promises'
import type { Arena } from './arena.ts'
import { examine, type Verdicts } from './autopsy.ts'
import type { Subject } from './named-kills.ts'

const PROCESSES = 12
const KILLS_A_ROUND = 3

/** Processes that want the same cold token, some of them killed from outside at any moment. */
export async function killAtRandom(
  count: number,
  arena: Arena,
  subject: Subject,
  verdicts: Verdicts,
): Promise<void> {
  for (let killed = 0; killed < count; ) {
    if (!subject.signedIn) await subject.login()
    subject.cold()
    const since = arena.provider.requests.length
    const refreshes = arena.provider.refreshCount()
    const running = Array.from({ length: PROCESSES }, () => subject.start(['token']))
    const victims = running.slice(0, Math.min(KILLS_A_ROUND, count - killed))
    const kills = victims.map(async ({ child }) => {
      await sleep(Math.random() * 1_500)
      child.kill('SIGKILL')
    })
    const ends = await Promise.all(running.map(({ ended }) => ended))
    await Promise.all(kills)
    const shot = ends.filter(({ signal }) => signal === 'SIGKILL').length
    killed += shot
    verdicts.kills += shot
    const where = `random, after ${killed} kills`
    const before = verdicts.lost
    subject.signedIn = (await examine(arena, verdicts, where, since, subject.token)).alive
    const lost = verdicts.lost > before
    for (const { exit, signal, stderr } of ends) {
      if (signal === 'SIGKILL' || exit === 0) continue
      // Whoever comes after a loss is told of it, in the same words.
      if (!(lost && exit === 3 && stderr.includes('renewal was interrupted')))
        verdicts.broken.push(`${where}: a survivor ended with ${exit}: ${stderr.trim()}`)
    }
    const spent = arena.provider.refreshCount() - refreshes
    // One by the processes, one by the examination; each kill may have cost one that was carried out.
    if (spent > 2 + shot) verdicts.broken.push(`${where}: ${spent} refreshes`)
  }
}
