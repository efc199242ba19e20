// @ts-check
import { spawnSync } from 'node:child_process'

/**
 * Whether an executable runs with what NODE_OPTIONS says: with `--require FILE` in it, other code would run inside. A Node
 * that does not know the setting against it (execArgvExtension) leaves it out of an executable without a word, so the
 * executable itself is asked. Throws where it does not run at all.
 *
 * @param {string} executable
 */
export function readsNodeOptions(executable) {
  if (exitWith(executable, {}) !== 0) throw new Error(`${executable} does not run`)
  // No Node knows this option; those that read it end with 9.
  return exitWith(executable, { NODE_OPTIONS: '--no-such-option-of-node' }) !== 0
}

/**
 * @param {string} executable
 * @param {Record<string, string>} added
 */
function exitWith(executable, added) {
  const { NODE_OPTIONS, ...env } = process.env
  return spawnSync(executable, ['--version'], { env: { ...env, ...added }, stdio: 'ignore' }).status
}
