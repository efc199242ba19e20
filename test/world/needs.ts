import { accessSync, constants, existsSync, writeSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Something of the system that a test cannot do without. */
export interface Need {
  /** Commands that must be on the PATH. */
  readonly commands?: readonly string[]
  /** Files that must be there. */
  readonly files?: readonly string[]
  /** The Debian packages that bring them, for the message. */
  readonly packages: readonly string[]
}

const said = new Set<string>()

/**
 * Whether the machine has what a test needs: `describe.skipIf(!needs({ … }))`. When it has not, one line on stderr
 * says what to install. With LS_AUTH_TEST_ALL=1 nothing may be skipped, so then it throws.
 */
export function needs({ commands = [], files = [], packages }: Need): boolean {
  const missing = [
    ...commands.filter((name) => !isCommand(name)),
    ...files.filter((path) => !existsSync(path)),
  ]
  return isMet(
    missing.length === 0,
    `${missing.join(', ')} not found: apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  )
}

/** The same for what no package brings: `describe.skipIf(!isMet(IS_ROOT, 'this needs root'))`. */
export function isMet(met: boolean, line: string): boolean {
  if (met) return true
  if (process.env.LS_AUTH_TEST_ALL === '1') throw new Error(`nothing may be skipped, but ${line}`)
  // Straight to the descriptor: the test runner keeps what goes through process.stderr to itself.
  if (!said.has(line)) writeSync(2, `SKIPPED ${line}\n`)
  said.add(line)
  return false
}

/** Whether all tests run, as in CI, for what takes long: `it.skipIf(!inFull('a hundred commands at once'))`. */
export const inFull = (what: string): boolean =>
  isMet(process.env.LS_AUTH_TEST_ALL === '1', `${what}: LS_AUTH_TEST_ALL=1 npm test`)

function isCommand(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
