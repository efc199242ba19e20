// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Stryker } from '@stryker-mutator/core'
import { filesOf, keepResult, readResults, shareOf, summary } from './results.mjs'
import { roomOf, rooms } from './rooms.mjs'
import { compareWithReasons, reasonsOf, writeUnanswered } from './survivors.mjs'

/**
 * `npm run mutate [-- ROOM|FILE...]`: breaks the program in every small way, and shows each way that no test notices.
 * Results are kept in `.build/mutation/`: the next run tries only what changed. Two at a time, or LS_AUTH_MUTATE_JOBS.
 * `-- --summary` runs nothing: a table of the last whole run of each room.
 * Non-zero when a room notices less than its floor, all of them together less than 90 %, or a change that no test
 * notices has no reason in `survivors/ROOM.json`.
 */
const PLACE = '.build/mutation'

const wanted = process.argv.slice(2)
const isSummary = wanted.includes('--summary')
const unknown = wanted.filter(
  (one) => one !== '--summary' && !(one in rooms) && !(existsSync(one) && roomOf(one)),
)
if (unknown.length > 0) {
  process.stderr.write(`no room has ${unknown.join(', ')}; rooms: ${Object.keys(rooms).join(' ')}\n`)
  process.exit(2)
}

const lines = isSummary ? [] : await breakRooms()
if (isSummary || wanted.length === 0) {
  const { text, ok } = summary(readResults())
  if (!ok) process.exitCode = 1
  process.stdout.write(text)
} else process.stdout.write(`${lines.join('\n')}\n`)

async function breakRooms() {
  const lines = []
  for (const [name, room] of Object.entries(rooms)) {
    const isWhole = wanted.length === 0 || wanted.includes(name)
    const files = filesOf(name).filter((file) => isWhole || wanted.includes(file))
    if (files.length === 0) continue
    const counts = await breakRoom(name, files, room)
    const { files: report } = JSON.parse(readFileSync(`${PLACE}/${name}.json`, 'utf8'))
    const { unanswered, count, settled } = compareWithReasons(report, reasonsOf(name))
    writeUnanswered(`${PLACE}/${name}.unanswered.json`, unanswered)
    if (isWhole) keepResult(name, { ...counts, unanswered: count })
    const share = shareOf(counts)
    const isGood = share >= room.floor && count === 0
    if (!isGood) process.exitCode = 1
    lines.push(
      `${isGood ? 'ok  ' : 'FAIL'}  ${name}: ${share.toFixed(2)} % (floor ${room.floor} %), ${counts.missed} not noticed, ${count} of them without a reason`,
    )
    if (count > 0) lines.push(`      to be answered: ${PLACE}/${name}.unanswered.json`)
    if (isWhole) lines.push(...settled.map((one) => `      its reason is not needed any more: ${one}`))
  }
  return lines
}

/** @param {string} name @param {string[]} files @param {import('./rooms.mjs').Room} room */
async function breakRoom(name, files, room) {
  forgetStatic(`${PLACE}/${name}.incremental.json`)
  // Read by the vitest configuration below, which runs in a process of its own.
  process.env.LS_AUTH_MUTATE_TESTS = JSON.stringify(room.tests)
  process.env.LS_AUTH_MUTATE_FILES = JSON.stringify(files)
  process.env.LS_AUTH_MUTATE_PROPERTIES = room.properties ? '1' : ''
  process.env.LS_AUTH_MUTATE_TEST_MILLISECONDS = String(room.testMilliseconds ?? 30_000)
  const results = await new Stryker({
    plugins: ['@stryker-mutator/vitest-runner'],
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    mutate: files,
    ignorePatterns: ['dist', '.build', 'biome.json', '*.tgz'],
    tempDirName: `${PLACE}/tmp`,
    incremental: true,
    incrementalFile: `${PLACE}/${name}.incremental.json`,
    jsonReporter: { fileName: `${PLACE}/${name}.json` },
    reporters: ['clear-text', 'json', process.stderr.isTTY ? 'progress' : 'progress-append-only'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    concurrency: Number(process.env.LS_AUTH_MUTATE_JOBS ?? 2),
    // Beyond the time of the tests themselves: a busy machine must not make a change look noticed.
    timeoutMS: 30_000,
    warnings: false,
  }).runMutationTest()
  const count = (/** @type {string[]} */ ...states) =>
    results.filter(({ status }) => states.includes(status)).length
  return {
    noticed: count('Killed', 'Timeout'),
    missed: count('Survived', 'NoCoverage'),
    uncovered: count('NoCoverage'),
  }
}

/**
 * Changes in what runs once at import are not known to be covered by any test, so the tool would keep an old result
 * although there is a new test.
 * @param {string} path
 */
function forgetStatic(path) {
  if (!existsSync(path)) return
  const report = JSON.parse(readFileSync(path, 'utf8'))
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(
      (/** @type {{ static?: boolean, status: string }} */ one) => !(one.static && one.status === 'Survived'),
    )
  writeFileSync(path, JSON.stringify(report))
}
