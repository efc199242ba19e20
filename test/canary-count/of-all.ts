import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Run once around all test files (vitest.config.ts): says at the end how much was searched for secrets. */
export function setup(): () => void {
  const path = join(tmpdir(), `ls-auth-canaries-${process.pid}`)
  process.env.LS_AUTH_CANARIES = path
  return () => {
    if (!existsSync(path)) return
    const files = readFileSync(path, 'utf8').trim().split('\n')
    rmSync(path)
    const all = files.map((line) => JSON.parse(line) as Record<string, number>)
    const sum = (name: string) => all.reduce((total, one) => total + (one[name] ?? 0), 0)
    process.stderr.write(
      `canaries: ${sum('secrets')} secrets of ${all.length} files searched for after ${sum('commands')} commands, in ${sum('places')} places\n`,
    )
  }
}
