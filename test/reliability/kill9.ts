import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Arena, openArena } from './arena.ts'
import { noVerdicts, type Verdicts } from './autopsy.ts'
import { ENTRY, killAt, Subject } from './named-kills.ts'
import { KEYCHAIN_POINTS, POINTS, type Point } from './points.ts'
import { killAtRandom } from './random-kills.ts'

/**
 * `kill -9` everywhere: at named points of sign-in, renewal and sign-out, and at random among many processes.
 * `npm run kill9 -- [--each 20] [--random 200] [--only login]`. Non-zero when a promise did not hold.
 */
const print = (line: string) => process.stdout.write(`${line}\n`)
const { values } = parseArgs({
  options: {
    each: { type: 'string', default: '20' },
    random: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
  },
})
const verdicts = noVerdicts()
let points = 0

await inArena('file', POINTS, Number(values.random))
await inArena('keychain', KEYCHAIN_POINTS, 0)
for (const line of new Set(verdicts.broken)) print(`broken: ${line}`)
const { kills, unreadable, stuckLocks, lost, lostOutsideWindow, broken } = verdicts
print(
  `points=${points} kills=${kills} unreadable=${unreadable} stuck_locks=${stuckLocks} lost=${lost} lost_outside_window=${lostOutsideWindow}`,
)
process.exitCode = broken.length + unreadable + stuckLocks + lostOutsideWindow === 0 ? 0 : 1

async function inArena(store: Arena['store'], table: readonly Point[], random: number): Promise<void> {
  const arena = await openArena({ store, binary: ENTRY })
  // An answer that takes a while: a kill meets it on its way.
  arena.provider.delayTokenMilliseconds = 80
  const subject = new Subject(arena)
  try {
    await subject.login()
    for (const point of table.filter(({ command }) => command.includes(values.only))) {
      points += 1
      const before: Verdicts = { ...verdicts }
      for (let n = 0; n < Number(values.each); n++) await killAt(point, arena, subject, verdicts)
      const name = `${store} ${point.command}: ${point.when} ${point.operation}${point.nth > 1 ? ` #${point.nth}` : ''}`
      print(`${name.padEnd(48)} kills=${verdicts.kills - before.kills} lost=${verdicts.lost - before.lost}`)
    }
    const before = { ...verdicts }
    if (random > 0) {
      await killAtRandom(random, arena, subject, verdicts)
      print(
        `${store} at random among 12 processes`
          .padEnd(48)
          .concat(` kills=${verdicts.kills - before.kills} lost=${verdicts.lost - before.lost}`),
      )
    }
    await leaveNothing(arena, subject)
  } finally {
    await arena.close()
  }
}

/** A sign-in and a sign-out later nothing of all the killed processes may be left. */
async function leaveNothing(arena: Arena, subject: Subject): Promise<void> {
  for (const end of [await subject.login(), await subject.run(['logout'])])
    if (end.exit !== 0) verdicts.broken.push(`at the end: exit ${end.exit}: ${end.stderr.trim()}`)
  const directory = await arena.directory()
  const files = (await readdir(directory)).filter(
    (name) => !['lock', 'lock.holder', 'items.json'].includes(name),
  )
  if (files.length > 0)
    verdicts.broken.push(`${arena.store}: files left: ${files.slice(0, 5).join(', ')} (${files.length})`)
  const items = await readFile(join(directory, 'items.json'), 'utf8')
  if (items !== '[]') verdicts.broken.push(`${arena.store}: items left: ${items}`)
  const found = (await arena.keyring?.search('ls-auth')) ?? ''
  const accounts = found.match(/account = .*/g) ?? []
  if (accounts.length > 0) verdicts.broken.push(`${arena.store}: in the keychain: ${accounts.join(', ')}`)
}
