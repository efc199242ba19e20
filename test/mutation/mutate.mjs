// @ts-check
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Stryker } from '@stryker-mutator/core'
import { roomOf, rooms } from './rooms.mjs'

/**
 * `npm run mutate [-- ROOM|FILE...]`: breaks the program in every small way, and shows each way that no test notices.
 * Results are kept in `.build/mutation/`: the next run tries only what changed. Two at a time, or LS_AUTH_MUTATE_JOBS.
 * Non-zero when a room notices less than its floor, or all of them together less than 90 %.
 */
const OVERALL = 90
const PLACE = '.build/mutation'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts'))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((one) => !(one in rooms) && !(existsSync(one) && roomOf(one)))
if (unknown.length > 0) {
  process.stderr.write(`no room has ${unknown.join(', ')}; rooms: ${Object.keys(rooms).join(' ')}\n`)
  process.exit(2)
}

const lines = []
const all = { noticed: 0, missed: 0 }
for (const [name, room] of Object.entries(rooms)) {
  const files = sources.filter(
    (file) =>
      roomOf(file) === name && (wanted.length === 0 || wanted.includes(name) || wanted.includes(file)),
  )
  if (files.length === 0) continue
  const { noticed, missed } = await breakRoom(name, files, room.tests)
  all.noticed += noticed
  all.missed += missed
  const share = percent(noticed, missed)
  const verdict = share >= room.floor ? 'ok  ' : 'FAIL'
  if (share < room.floor) process.exitCode = 1
  lines.push(`${verdict}  ${name}: ${share.toFixed(2)} % (floor ${room.floor} %), ${missed} not noticed`)
}
const share = percent(all.noticed, all.missed)
if (wanted.length === 0 && share < OVERALL) process.exitCode = 1
process.stdout.write(
  `${lines.join('\n')}\nnoticed=${all.noticed} missed=${all.missed} score=${share.toFixed(2)}\n`,
)

/** @param {string} name @param {string[]} files @param {string[]} tests */
async function breakRoom(name, files, tests) {
  forgetStatic(`${PLACE}/${name}.incremental.json`)
  // Read by the vitest configuration below, which runs in a process of its own.
  process.env.LS_AUTH_MUTATE_TESTS = JSON.stringify(tests)
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
  return { noticed: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') }
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

/** @param {number} noticed @param {number} missed */
function percent(noticed, missed) {
  return noticed + missed === 0 ? 100 : (100 * noticed) / (noticed + missed)
}
