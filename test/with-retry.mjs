// @ts-check
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/**
 * `node test/with-retry.mjs [FILTER...]`: the tests, as CI runs them. Files with a failed test are run once more, alone. What
 * passes then hangs on the load of the machine, and is told in a line of its own, so that it is mended:
 * `flaky=FILE: TEST: MESSAGE`. What fails again is a failure, and so are more than MOST_FLAKY files.
 */
const MOST_FLAKY = 2

/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Test */
/** @typedef {{ name: string, status: string, assertionResults: Test[] }} TestFile */

const failed = failedFiles(process.argv.slice(2))
if (failed.length > MOST_FLAKY) process.exit(1)
if (failed.length > 0) {
  const names = failed.map(({ name }) => relative(process.cwd(), name))
  if (failedFiles([...names, '--maxWorkers=1']).length > 0) process.exit(1)
  for (const line of failed.flatMap(linesOf)) process.stdout.write(`${line}\n`)
}

/**
 * Runs vitest. Ends the process where it failed for another reason than a test, such as an error that nobody caught.
 * @param {string[]} args @returns {TestFile[]}
 */
function failedFiles(args) {
  const report = join(mkdtempSync(join(tmpdir(), 'ls-auth-tests-')), 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync('npx', ['vitest', 'run', ...reporters, ...args], { stdio: 'inherit' })
  if (status === 0) return []
  const files = readReport(report).filter((file) => file.status === 'failed')
  if (files.length === 0) process.exit(1)
  return files
}

/** @param {string} report @returns {TestFile[]} */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    return []
  }
}

/** @param {TestFile} file */
function linesOf({ name, assertionResults }) {
  const file = relative(process.cwd(), name)
  const tests = assertionResults.filter(({ status }) => status === 'failed')
  // A hook has failed, or the file itself.
  if (tests.length === 0) return [`flaky=${file}`]
  return tests.map(
    ({ fullName, failureMessages }) => `flaky=${file}: ${fullName}: ${failureMessages?.[0]?.split('\n')[0]}`,
  )
}
