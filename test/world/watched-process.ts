import { readFileSync } from 'node:fs'
import { expectNoSecret } from './canaries.ts'

/** What every user of the machine, and its owner, could read of a process and its children while it ran. */
export interface Watch {
  /** Stops, and searches what was seen: command lines, and variables that the program has put there. */
  search(): void
}

/** Between two looks, milliseconds. */
const INTERVAL = 25

/**
 * Looks at a process of ls-auth again and again. `given`: its own variables. Its children may have them too; of what they have
 * beside, `LS_AUTH_TOKEN`, `LS_AUTH_API` and the variable of `--env` are what `exec` is for.
 */
export function watchProcess(
  pid: number,
  args: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): Watch {
  const commandLines = new Set<string>()
  const variables = new Set<string>()
  const meant = args.includes('exec')
    ? ['LS_AUTH_TOKEN', 'LS_AUTH_API', args[args.indexOf('--env') + 1] ?? '']
    : []
  const own = new Set(Object.entries(given).map(([name, value]) => `${name}=${value}`))
  const look = (): void => {
    commandLines.add(read(`/proc/${pid}/cmdline`))
    for (const child of read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)) {
      commandLines.add(read(`/proc/${child}/cmdline`))
      for (const entry of read(`/proc/${child}/environ`).split('\0')) variables.add(entry)
    }
  }
  const timer = setInterval(look, INTERVAL)
  timer.unref()
  return {
    search() {
      clearInterval(timer)
      // What the test has typed is no leak: some type a token to see it refused.
      const typed = args.join('\0')
      for (const line of commandLines) expectNoSecret('a command line in /proc', line.replace(typed, ''))
      for (const entry of variables) {
        const name = entry.slice(0, entry.indexOf('='))
        if (!own.has(entry) && !meant.includes(name)) expectNoSecret(`the variable ${name} in /proc`, entry)
      }
    },
  }
}

/** A process can be gone by the time it is looked at; other systems have no /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
