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

// Each lane is a machine and a provider of its own; together they keep two cores busy.
const asked = (table: readonly Point[]) => table.filter(({ command }) => command.includes(values.only))
const [odd, even] = [0, 1].map((rest) => asked(POINTS).filter((_, at) => at % 2 === rest))
await Promise.all([
  inArena('file', odd ?? [], 0),
  inArena('file', even ?? [], 0),
  inArena('keychain', asked(KEYCHAIN_POINTS), 0),
])
await inArena('file', [], Number(values.random))
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
    for (const point of table) {
      const { command, when, operation, nth } = point
      points += 1
      const own = noVerdicts()
      for (let n = 0; n < Number(values.each); n++) await killAt(point, arena, subject, own)
      add(`${store} ${command}: ${when} ${operation}${nth > 1 ? ` #${nth}` : ''}`, own)
    }
    if (random > 0) {
      const own = noVerdicts()
      await killAtRandom(random, arena, subject, own)
      add(`${store}, at random among 12 processes`, own)
    }
    await leaveNothing(arena, subject)
  } catch (error) {
    verdicts.broken.push(`${store}: ${(error as Error).message}`)
  } finally {
    await arena.close()
  }
}

function add(name: string, own: Verdicts): void {
  print(`${name.padEnd(48)} kills=${own.kills} lost=${own.lost}`)
  for (const count of ['kills', 'unreadable', 'stuckLocks', 'lost', 'lostOutsideWindow'] as const)
    verdicts[count] += own[count]
  verdicts.broken.push(...own.broken)
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
