// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { roomOf, rooms } from './rooms.mjs'

/**
 * The last whole run of each room, kept beside this file: how many changes a test noticed, how many none did, how many
 * of these no test ran at all, how many have no reason (survivors.mjs), the day, and a hash of the files as they were,
 * which tells whether they are the same now.
 * @typedef {{ noticed: number, missed: number, uncovered: number, unanswered: number, day: string, sources: string }} Result
 */
const PLACE = new URL('results.json', import.meta.url)

/** The least share of all changes in all rooms together, percent. */
export const OVERALL = 90

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts'))
  .sort()

/** @param {string} room @returns {string[]} */
export const filesOf = (room) => sources.filter((file) => roomOf(file) === room)

/** @returns {Record<string, Result>} */
export const readResults = () => (existsSync(PLACE) ? JSON.parse(readFileSync(PLACE, 'utf8')) : {})

/** @param {string} room @param {Omit<Result, 'day' | 'sources'>} counts */
export function keepResult(room, counts) {
  const day = new Date().toISOString().slice(0, 10)
  const all = { ...readResults(), [room]: { ...counts, day, sources: hashOf(room) } }
  const inOrder = Object.keys(rooms).flatMap((name) => (all[name] ? [[name, all[name]]] : []))
  writeFileSync(PLACE, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`)
}

/** @param {string} room */
export function hashOf(room) {
  const hash = createHash('sha256')
  for (const file of filesOf(room)) hash.update(`${file}\0${readFileSync(file, 'utf8')}\0`)
  return hash.digest('hex').slice(0, 12)
}

/** @param {{ noticed: number, missed: number }} counts percent, of two decimals */
export const shareOf = ({ noticed, missed }) =>
  noticed + missed === 0 ? 100 : Math.floor((10_000 * noticed) / (noticed + missed)) / 100

/**
 * All rooms in a table, and whether each has its floor and its reasons, and all of them together theirs. Rooms that never ran count as
 * failed; those whose files are others now are marked, and still count as they were.
 * @param {Record<string, Result>} results
 * @param {(room: string) => string} hash
 */
export function summary(results, hash = hashOf) {
  const all = { noticed: 0, missed: 0, uncovered: 0, unanswered: 0 }
  let ok = true
  let unknown = 0
  const rows = Object.entries(rooms).map(([name, { floor }]) => {
    const result = results[name]
    if (result === undefined) {
      ok = false
      unknown++
      return `FAIL  ${name.padEnd(16)} never run`
    }
    all.noticed += result.noticed
    all.missed += result.missed
    all.uncovered += result.uncovered
    all.unanswered += result.unanswered
    const isGood = shareOf(result) >= floor && result.unanswered === 0
    ok &&= isGood
    const age = result.sources === hash(name) ? '' : ', changed since'
    return row(isGood, name, result, floor, `${result.day}${age}`)
  })
  const isGood = shareOf(all) >= OVERALL && all.unanswered === 0
  const head = `      ${'room'.padEnd(16)} noticed   not  no test  no reason   share  floor  run`
  return {
    text: [
      head,
      ...rows,
      row(isGood, 'all', all, OVERALL, unknown === 0 ? '' : `without ${unknown} rooms that never ran`),
      '',
    ].join('\n'),
    ok: ok && isGood,
  }
}

/** @param {boolean} isGood @param {string} name @param {Omit<Result, 'day' | 'sources'>} counts @param {number} floor @param {string} rest */
function row(isGood, name, counts, floor, rest) {
  const cells = [
    isGood ? 'ok  ' : 'FAIL',
    ` ${name.padEnd(16)}`,
    String(counts.noticed).padStart(7),
    String(counts.missed).padStart(5),
    String(counts.uncovered).padStart(8),
    String(counts.unanswered).padStart(10),
    shareOf(counts).toFixed(2).padStart(7),
    String(floor).padStart(6),
    ` ${rest}`,
  ]
  return cells.join(' ').trimEnd()
}
